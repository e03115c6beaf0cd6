import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulate/plan/random.js';
import type { Reader } from '../people/reader.js';
import type { Cluster } from '../world/cluster.js';
import type { ChaosDatabase } from '../world/database.js';
import type { OwnPostgres } from '../world/own-postgres.js';
import type { SmallDisk } from '../world/small-disk.js';
import type { TcpProxy } from '../world/tcp-proxy.js';
import type { OwnRedis } from '../../bench/process/own-redis.js';

/** Everything that can be made to fail. */
export interface FaultWorld {
  readonly cluster: Cluster;
  readonly database: ChaosDatabase;
  /** The same, where it is our own and may be killed. */
  readonly ownDatabase: OwnPostgres | undefined;
  /** Under the nodes' standard output. */
  readonly logDisk: SmallDisk | undefined;
  readonly redis: OwnRedis | undefined;
  /** Between the nodes and Redis. */
  readonly redisNetwork: TcpProxy | undefined;
  /** How many commands have been acknowledged so far. */
  readonly acknowledged: () => number;
  /** Clients that are made to stop reading. */
  readonly deaf: readonly Reader[];
  /** How long a transaction is held open. */
  readonly holdMs: number;
  /** The end of the faults. */
  readonly signal: AbortSignal;
}

/** One way in which the world fails. Its choices come from `random` alone, the same number of them each time. */
export interface Fault {
  readonly name: string;
  /** Makes it and undoes it. @returns what was done; undefined when there was nothing to do it to */
  inject(world: FaultWorld, random: Random): Promise<string | undefined>;
}

/** Faults that exclude each other, one at a time. */
export interface Lane {
  readonly name: string;
  /** Milliseconds of peace between two, at least and at most. */
  readonly every: readonly [number, number];
  readonly faults: readonly Fault[];
}

export function between([low, high]: readonly [number, number], random: Random): number {
  return low + (high - low) * random();
}

/** Ends at the signal at once. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

const LOOK_MS = 50;
/** Answers that were on their way when the fault came. */
const SETTLE_MS = 300;
const GIVE_UP_MS = 15_000;

/** Waits until the ward works again. @returns in words how long after now the first command was acknowledged */
export async function recovery({ acknowledged, signal }: FaultWorld): Promise<string> {
  const since = performance.now();
  await pause(SETTLE_MS, signal);
  const before = acknowledged();
  while (acknowledged() === before && performance.now() - since < GIVE_UP_MS && !signal.aborted) await pause(LOOK_MS, signal);
  if (acknowledged() > before) return `a command was acknowledged ${seconds(performance.now() - since)} later`;
  return signal.aborted ? 'the run ended' : `no command was acknowledged for ${seconds(GIVE_UP_MS)}`;
}
