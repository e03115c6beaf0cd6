import { type Random, seededRandom } from '../../simulate/plan/random.js';
import { CLOCK } from './clock.js';
import { DATABASE } from './database.js';
import { DISK } from './disk.js';
import { between, type FaultWorld, type Lane, pause } from './fault.js';
import { NETWORK } from './network.js';
import { NODES } from './nodes.js';
import { READERS } from './readers.js';
import { REDIS } from './redis.js';
import { TRANSACTIONS } from './transactions.js';

const LANES: readonly Lane[] = [NODES, NETWORK, DATABASE, TRANSACTIONS, DISK, CLOCK, REDIS, READERS];

/** Every fault that there is. */
export const FAULT_NAMES: readonly string[] = LANES.flatMap((lane) => lane.faults.map((fault) => fault.name));

/** How often each was made. */
export type FaultCounts = ReadonlyMap<string, number>;

interface Making {
  readonly world: FaultWorld;
  readonly trace: (line: string) => void;
  readonly counts: Map<string, number>;
}

async function runLane(lane: Lane, random: Random, { world, trace, counts }: Making): Promise<void> {
  for (;;) {
    const peaceMs = between(lane.every, random);
    const fault = lane.faults[Math.floor(random() * lane.faults.length)];
    await pause(peaceMs, world.signal);
    if (!fault || world.signal.aborted) return;
    const done = await fault.inject(world, random);
    if (done === undefined) continue;
    counts.set(fault.name, (counts.get(fault.name) ?? 0) + 1);
    trace(`${fault.name}: ${done}`);
  }
}

/**
 * Makes faults until the signal. Lanes run concurrently, each with dice of its own: the same seed makes the same faults with
 * the same choices in each. Their order against the processes' work is free.
 * @param chosen names of {@link FAULT_NAMES}
 */
export async function makeFaults(
  world: FaultWorld,
  chosen: readonly string[],
  seed: number,
  trace: (line: string) => void,
): Promise<FaultCounts> {
  const counts = new Map<string, number>();
  const work = LANES.map((lane, place) => {
    const faults = lane.faults.filter((fault) => chosen.includes(fault.name));
    return faults.length === 0
      ? Promise.resolve()
      : runLane({ ...lane, faults }, seededRandom(seed * 100 + place), { world, trace, counts });
  });
  await Promise.all(work);
  return counts;
}
