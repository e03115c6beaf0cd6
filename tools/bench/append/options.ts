import { count, parseFlags, postgresUrl } from '../command/options.js';

export const USAGE = `usage: node dist/tools/bench/append/main.js [options]
  --url URL        a PostgreSQL that lets us make a database; without it the embedded one is started
  --rounds N       rounds of each side, alternated (default 6)
  --seconds N      length of a round (default 3)
  --writers N      connections that append at once (default 16)
  --departments N  departments that they append to (default 20)
  --out FILE       where the JSON goes (default tools/bench/results/append.json)`;

const MOST = 9999;

export interface AppendOptions {
  readonly url: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly writers: number;
  readonly departments: number;
  readonly out: string;
}

/** @throws UsageError for what is not in {@link USAGE}; undefined when only help was asked for */
export function readOptions(args: readonly string[]): AppendOptions | undefined {
  const text = (fallback: number) => ({ type: 'string', default: String(fallback) }) as const;
  const options = {
    url: { type: 'string' },
    rounds: text(6),
    seconds: text(3),
    writers: text(16),
    departments: text(20),
    out: { type: 'string', default: 'tools/bench/results/append.json' },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseFlags(args, { options });
  if (values.help) return undefined;
  return {
    url: postgresUrl(values.url),
    rounds: count('rounds', values.rounds, MOST),
    seconds: count('seconds', values.seconds, MOST),
    writers: count('writers', values.writers, MOST),
    departments: count('departments', values.departments, MOST),
    out: values.out,
  };
}
