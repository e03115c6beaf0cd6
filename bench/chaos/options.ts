import { parseArgs } from 'node:util';
import { UsageError } from '../client/invocation.js';

export const USAGE = `usage: node dist/bench/chaos-escalation/main.js [options]
  --url URL      a PostgreSQL that lets us make a database and end connections; without it the embedded one is started
  --seed N       what is chosen at random; the timing of processes stays their own (default: drawn, and printed)
  --seconds N    how long faults are made (default 30); the ward then gets some seconds to come to rest
  --nodes N      processes (default 3)
  --trace        prints every fault as it is made`;

export interface ChaosOptions {
  readonly url: string | undefined;
  readonly seed: number;
  readonly seconds: number;
  readonly nodes: number;
  readonly trace: boolean;
}

const MAX_SEED = 1_000_000;

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && value <= most) return value;
  throw new UsageError(`--${name} takes a whole number from 1 to ${String(most)}`);
}

/** @throws UsageError for what is not in {@link USAGE}; undefined when only help was asked for */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const options = {
    url: { type: 'string' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '30' },
    nodes: { type: 'string', default: '3' },
    trace: { type: 'boolean', default: false },
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
    seed: values.seed === undefined ? 1 + Math.floor(Math.random() * MAX_SEED) : count('seed', values.seed, MAX_SEED),
    seconds: count('seconds', values.seconds, 3600),
    nodes: count('nodes', values.nodes, 9),
    trace: values.trace,
  };
}
