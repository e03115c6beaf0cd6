import { parseArgs } from 'node:util';
import { UsageError } from '../client/invocation.js';

export const USAGE = `usage: node dist/bench/append/main.js [options]
  --url URL        a PostgreSQL that lets us make a database; without it the embedded one is started
  --rounds N       rounds of each side, alternated (default 6)
  --seconds N      length of a round (default 3)
  --writers N      connections that append at once (default 16)
  --departments N  departments that they append to (default 20)
  --out FILE       where the JSON goes (default bench/results/append.json)`;

export interface AppendOptions {
  readonly url: string | undefined;
  readonly rounds: number;
  readonly seconds: number;
  readonly writers: number;
  readonly departments: number;
  readonly out: string;
}

function count(name: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} takes a whole number from 1 to 9999`);
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
    out: { type: 'string', default: 'bench/results/append.json' },
    help: { type: 'boolean', default: false },
  } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  if (values.help) return undefined;
  if (values.url !== undefined && !/^postgres(ql)?:\/\//.test(values.url)) throw new UsageError('--url must start with postgresql://');
  return {
    url: values.url,
    rounds: count('rounds', values.rounds),
    seconds: count('seconds', values.seconds),
    writers: count('writers', values.writers),
    departments: count('departments', values.departments),
    out: values.out,
  };
}
