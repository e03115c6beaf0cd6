import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchDatabase } from '../append/bench-database.js';
import type { Random } from '../simulate/random.js';
import type { Cluster } from './cluster.js';

const KILL_EVERY_MS = [1500, 4000] as const;
const DOWN_MS = [100, 2500] as const;
const GENTLE_SHARE = 0.15;
const TERMINATE_EVERY_MS = [300, 1200] as const;
const MAX_TERMINATED = 3;
const JUMP_EVERY_MS = [2000, 5000] as const;
/** Forwards by more than a climb, backwards by less. */
const JUMP_SEC = [-4, 9] as const;
const MAX_SKEW_SEC = 60;
const MIN_SKEW_SEC = -20;

export interface FaultCounts {
  kills: number;
  stops: number;
  restarts: number;
  terminations: number;
  jumps: number;
}

export interface FaultWorld {
  readonly database: BenchDatabase;
  readonly cluster: Cluster;
  /** One source for each kind of fault, so that none shifts another's choices. */
  readonly randoms: readonly [Random, Random, Random];
  readonly signal: AbortSignal;
  readonly trace: (line: string) => void;
}

const NONE = (): FaultCounts => ({ kills: 0, stops: 0, restarts: 0, terminations: 0, jumps: 0 });

function between([low, high]: readonly [number, number], random: Random): number {
  return low + (high - low) * random();
}

/** Ends at the signal at once; whether it has come. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
  return signal.aborted;
}

async function endNodes({ cluster, randoms: [random], signal, trace }: FaultWorld, counts: FaultCounts): Promise<void> {
  const restarts: Promise<void>[] = [];
  while (!(await pause(between(KILL_EVERY_MS, random), signal))) {
    const isGentle = random() < GENTLE_SHARE;
    const restart = cluster.end(random, isGentle ? 'SIGTERM' : 'SIGKILL');
    const downMs = between(DOWN_MS, random);
    if (!restart) continue;
    trace(isGentle ? 'a node is stopped' : 'a node is killed');
    if (isGentle) counts.stops += 1;
    else counts.kills += 1;
    restarts.push(
      pause(downMs, signal)
        .then(restart)
        .then(() => {
          counts.restarts += 1;
        }),
    );
  }
  await Promise.all(restarts);
}

/** Of the nodes only: our own connections have no name. */
const TERMINATE = `SELECT pg_terminate_backend(pid) FROM (
  SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'wardline-%' ORDER BY md5(pid::text || $1) LIMIT $2) p`;

async function cutConnections({ database, randoms: [, random], signal, trace }: FaultWorld, counts: FaultCounts): Promise<void> {
  while (!(await pause(between(TERMINATE_EVERY_MS, random), signal))) {
    const most = 1 + Math.floor(random() * MAX_TERMINATED);
    const ended = await database.query(TERMINATE, [String(random()), most]);
    counts.terminations += ended.length;
    trace(`${String(ended.length)} connections are cut`);
  }
}

async function moveClock({ database, randoms: [, , random], signal, trace }: FaultWorld, counts: FaultCounts): Promise<void> {
  let skew = 0;
  while (!(await pause(between(JUMP_EVERY_MS, random), signal))) {
    skew = Math.min(MAX_SKEW_SEC, Math.max(MIN_SKEW_SEC, skew + between(JUMP_SEC, random)));
    await database.query('UPDATE clock_skew SET skew = make_interval(secs => $1)', [skew]);
    counts.jumps += 1;
    trace(`the clock is ${skew.toFixed(1)} s off`);
  }
}

/** Until the signal: nodes end and come back, connections are cut, the clock jumps. */
export async function makeFaults(world: FaultWorld): Promise<FaultCounts> {
  const counts = NONE();
  await Promise.all([endNodes(world, counts), cutConnections(world, counts), moveClock(world, counts)]);
  return counts;
}
