import { UsageError } from '../bench/client/invocation.js';
import { count, parseFlags, postgresUrl } from '../bench/command/options.js';

export interface ChaosOptions {
  readonly url: string | undefined;
  readonly seed: number;
  readonly seconds: number;
  readonly nodes: number;
  /** Names of faults, in no order. */
  readonly faults: readonly string[];
  readonly holdSec: number;
  readonly trace: boolean;
  readonly out: string;
  readonly history: string | undefined;
  readonly logs: string | undefined;
}

const MAX_SEED = 1_000_000;
/** A held resource is held for a minute, or for a third of a short run. */
const HOLD_SEC = 60;

export function usage(faults: readonly string[]): string {
  return `usage: npm run chaos -- [options]
  --seed N        what is chosen at random; the timing of processes stays their own (default: drawn, and printed)
  --seconds N     how long faults are made (default 60); the ward then gets some time to come to rest
  --nodes N       processes of Wardline (default 3)
  --faults A,B    which faults, or all but those that begin with a minus (default: all that are possible here)
                  ${faults.join(', ')}
  --hold N        how many seconds a transaction is held open (default: a third of the run, ${String(HOLD_SEC)} at most)
  --url URL       a PostgreSQL that lets us make a database; without it one of our own is started, which can be killed and filled
  --out FILE      where the JSON goes (default tools/bench/results/chaos-<seed>.json)
  --history FILE  writes down everything that was seen as well, for looking into it
  --logs DIR      writes down what the nodes warn of
  --trace         prints every fault when it is over`;
}

function chooseFaults(text: string, known: readonly string[]): string[] {
  const names = text.split(',').filter(Boolean);
  const unknown = names.find((name) => !known.includes(name.replace(/^-/, '')));
  if (unknown !== undefined) throw new UsageError(`no such fault: ${unknown}`);
  const without = names.filter((name) => name.startsWith('-')).map((name) => name.slice(1));
  const only = names.filter((name) => !name.startsWith('-'));
  return (only.length > 0 ? only : [...known]).filter((name) => !without.includes(name));
}

/** @throws UsageError for what {@link usage} does not have; undefined when only help was asked for */
export function readOptions(args: readonly string[], known: readonly string[]): ChaosOptions | undefined {
  const options = {
    url: { type: 'string' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    nodes: { type: 'string', default: '3' },
    faults: { type: 'string', default: '' },
    hold: { type: 'string' },
    trace: { type: 'boolean', default: false },
    out: { type: 'string' },
    history: { type: 'string' },
    logs: { type: 'string' },
    help: { type: 'boolean', default: false },
  } as const;
  const { values } = parseFlags(args, { options });
  if (values.help) return undefined;
  const seed = values.seed === undefined ? 1 + Math.floor(Math.random() * MAX_SEED) : count('seed', values.seed, MAX_SEED);
  const seconds = count('seconds', values.seconds, 86_400);
  return {
    url: postgresUrl(values.url),
    seed,
    seconds,
    nodes: count('nodes', values.nodes, 9),
    faults: chooseFaults(values.faults, known),
    holdSec: values.hold === undefined ? Math.min(HOLD_SEC, Math.ceil(seconds / 3)) : count('hold', values.hold, 3600),
    trace: values.trace,
    out: values.out ?? `tools/bench/results/chaos-${String(seed)}.json`,
    history: values.history,
    logs: values.logs,
  };
}
