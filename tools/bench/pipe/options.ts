import { UsageError } from '../client/invocation.js';
import { count, parseFlags, postgresUrl } from '../command/options.js';

export const BENCHES = [
  ...(['fanout', 'burst', 'steady', 'idle-memory', 'reconnect', 'handshakes', 'stalled-reader', 'profiles'] as const),
  ...(['commands', 'history', 'overload', 'hostile', 'locked-row'] as const),
  ...(['cluster-screens', 'cluster-bus', 'cluster-rows', 'kernel-memory'] as const),
] as const;
export type BenchName = (typeof BENCHES)[number];

export const USAGE = `usage: npm run bench -- [${BENCHES.join('|')} …] [options]   (all, when nothing is named)

  --url URL        a PostgreSQL that lets us make databases; without it the embedded one is started
  --transport T    plain, tls or both (default both; plain for steady, stalled-reader, profiles, commands, history, overload, hostile,
                   locked-row, cluster-* and kernel-memory)
  --rounds N       rounds of each side, alternated (default 3; 1 for stalled-reader)
  --readers N      of fanout, burst and steady (default 500)
  --rates LIST     of steady: events a second, comma list (default 10,100,500)
  --connections N  of idle-memory (default 10000), reconnect and kernel-memory (default 5000)
  --minutes N      of stalled-reader and of each profile (default 10)
  --seconds N      of hostile with each attacker, half as long without (default 2),
                   of locked-row with and without the lock (default 3),
                   of overload (default 10), of steady for each side at each rate (default 4)
  --nodes LIST     of cluster-screens and cluster-bus, comma list (default 1,2,4)
  --presses N      of cluster-screens and cluster-bus, each round (default 300)
  --rows N         of cluster-rows (default 100000)
  --calls N        of history: closed calls, of 20 departments (default 1000000)
  --events N       of history: events of one department (default 500000)
  --only NAMES     peers (bare, ws, ws-corked, socket-io, bun) profiles (S1, S2, S3) or attackers of hostile, comma list (default all)
  --against DIR    of commands and overload: another build of Wardline to measure in turns, a folder with a dist
  --node FILE      of commands and overload: another Node.js to measure in turns
  --out DIR        where the JSON goes (default tools/bench/results)
  --profile DIR    of fanout, burst and overload: also a CPU profile of Wardline; of idle-memory: a heap snapshot`;

export interface BenchOptions {
  readonly benches: readonly BenchName[];
  readonly url: string | undefined;
  readonly transports: readonly Transport[] | undefined;
  readonly rounds: number | undefined;
  readonly readers: number;
  readonly connections: number | undefined;
  readonly minutes: number;
  readonly seconds: number | undefined;
  readonly nodes: readonly number[];
  readonly presses: number;
  readonly rows: number;
  readonly rates: readonly number[];
  readonly calls: number;
  readonly events: number;
  readonly only: readonly string[] | undefined;
  readonly against: string | undefined;
  readonly node: string | undefined;
  readonly out: string;
  readonly profileDir: string | undefined;
}

export type Transport = 'plain' | 'tls';
const TRANSPORTS: Readonly<Record<string, readonly Transport[]>> = { plain: ['plain'], tls: ['tls'], both: ['plain', 'tls'] };

function isBench(name: string): name is BenchName {
  return (BENCHES as readonly string[]).includes(name);
}

const FLAGS = {
  url: { type: 'string' },
  transport: { type: 'string' },
  rounds: { type: 'string' },
  readers: { type: 'string', default: '500' },
  connections: { type: 'string' },
  minutes: { type: 'string', default: '10' },
  seconds: { type: 'string' },
  nodes: { type: 'string', default: '1,2,4' },
  presses: { type: 'string', default: '300' },
  rows: { type: 'string', default: '100000' },
  rates: { type: 'string', default: '10,100,500' },
  calls: { type: 'string', default: '1000000' },
  events: { type: 'string', default: '500000' },
  only: { type: 'string' },
  against: { type: 'string' },
  node: { type: 'string' },
  out: { type: 'string', default: 'tools/bench/results' },
  profile: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/** @throws UsageError for what is not in {@link USAGE}; undefined when only help was asked for */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values, positionals } = parseFlags(args, { options: FLAGS, allowPositionals: true });
  if (values.help) return undefined;
  const benches = positionals.filter(isBench);
  const unknown = positionals.find((name) => !isBench(name));
  if (unknown !== undefined) throw new UsageError(`no bench "${unknown}": ${BENCHES.join(', ')}`);
  const transports = values.transport === undefined ? undefined : TRANSPORTS[values.transport];
  if (values.transport !== undefined && !transports) throw new UsageError('--transport takes plain, tls or both');
  return {
    benches: benches.length === 0 ? BENCHES : benches,
    url: postgresUrl(values.url),
    transports,
    rounds: values.rounds === undefined ? undefined : count('rounds', values.rounds, 99),
    readers: count('readers', values.readers, 5000),
    connections: values.connections === undefined ? undefined : count('connections', values.connections, 18_000),
    minutes: count('minutes', values.minutes, 240),
    seconds: values.seconds === undefined ? undefined : count('seconds', values.seconds, 600),
    nodes: values.nodes.split(',').map((text) => count('nodes', text, 9)),
    presses: count('presses', values.presses, 100_000),
    rows: count('rows', values.rows, 1_000_000),
    rates: values.rates.split(',').map((text) => count('rates', text, 1000)),
    calls: count('calls', values.calls, 10_000_000),
    events: count('events', values.events, 10_000_000),
    only: values.only?.split(','),
    against: values.against,
    node: values.node,
    out: values.out,
    profileDir: values.profile,
  };
}
