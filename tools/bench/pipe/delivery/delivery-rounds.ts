import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../append/statistics.js';
import type { FleetAnswers } from '../../fleet/main.js';
import type { Tally } from '../../fleet/reader-group.js';
import type { Publishing } from '../../peers/peer.js';
import type { Child } from '../../process/child.js';
import type { Side } from '../sides.js';

const CONNECTING_AT_ONCE = 32;
const ARRIVAL_TIMEOUT_MS = 20_000;
const LOOK_AGAIN_MS = 20;
/** A heartbeat may come between the events. */
const STRAY_BYTES = 1000;
/** How often the readers look: longer than the delivery of one event to all takes. */
const DOZE_MS = 20;
/** Until timers of the connecting have run out. */
const REST_MS = 300;

/** One side in one round. */
export interface DeliveryRound {
  readonly cpu_us: number;
  readonly deliveries: number;
  /** How often a socket had something to read, for each delivery: below 1, events came together. */
  readonly reads_per_delivery: number;
  readonly event_bytes: number;
  /** From the first event to the last one. */
  readonly events_per_second: number;
}

export interface DeliveryResult {
  readonly side: Side;
  readonly cipher: string | undefined;
  readonly rounds: readonly DeliveryRound[];
}

/** The readers of a side, in the fleet. @returns the cipher that was agreed on */
export async function connectReaders(fleet: Child<FleetAnswers>, side: Side, ca: string | undefined): Promise<string | undefined> {
  const { name, port, dialect, cookies, departments, readers } = side;
  const place = { port, ca };
  const connecting = { name, place, dialect, count: readers, atOnce: CONNECTING_AT_ONCE, cookies, departments };
  const { ready, failed, cipher } = await fleet.ask('connect', connecting);
  if (ready !== readers) throw new Error(`${String(ready)} of ${String(readers)} readers of ${name} connected: ${JSON.stringify(failed)}`);
  return cipher;
}

/** Until each reader has all bytes of all events. */
export async function untilArrived(fleet: Child<FleetAnswers>, name: string, events: number): Promise<Tally> {
  const giveUpAt = performance.now() + ARRIVAL_TIMEOUT_MS;
  for (;;) {
    const tally = await fleet.ask('tally', name);
    const isComplete = tally.events === events && tally.least_bytes >= tally.event_bytes;
    if (isComplete && tally.lost === 0 && tally.most_bytes <= tally.event_bytes + tally.other_bytes + STRAY_BYTES) return tally;
    if (performance.now() > giveUpAt) throw new Error(`${name}: not everybody got ${String(events)} events: ${JSON.stringify(tally)}`);
    await sleep(LOOK_AGAIN_MS);
  }
}

async function deliver(fleet: Child<FleetAnswers>, side: Side, publishing: Publishing): Promise<DeliveryRound> {
  await fleet.ask('mark', side.name);
  const before = await side.ask('usage');
  const started = performance.now();
  await side.publish(publishing);
  const seconds = (performance.now() - started) / 1000;
  const events = publishing.turns * publishing.burst;
  const tally = await untilArrived(fleet, side.name, events);
  const after = await side.ask('usage');
  const deliveries = events * side.readers;
  return {
    cpu_us: after.cpu_us - before.cpu_us,
    deliveries,
    reads_per_delivery: tally.reads / deliveries,
    event_bytes: tally.event_bytes / events,
    events_per_second: events / seconds,
  };
}

export interface DeliveryLoad {
  readonly publishing: Publishing;
  readonly rounds: number;
  /** The CPU profile of the sides by name, taken in one more round. */
  readonly profileOf?: { readonly name: string; readonly file: string } | undefined;
  readonly onRound: (line: string) => void;
}

/** All sides in turns; who begins changes from round to round. Their readers are connected all the time. */
export async function measureDeliveries(
  fleet: Child<FleetAnswers>,
  sides: readonly Side[],
  ca: string | undefined,
  { publishing, rounds, profileOf, onRound }: DeliveryLoad,
): Promise<DeliveryResult[]> {
  const results: { side: Side; cipher: string | undefined; rounds: DeliveryRound[] }[] = [];
  for (const side of sides) results.push({ side, cipher: await connectReaders(fleet, side, ca), rounds: [] });
  await fleet.ask('doze', DOZE_MS);
  const warmUp = { ...publishing, turns: Math.ceil(publishing.turns / 2) };
  for (const { side } of results) await deliver(fleet, side, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    const turn = round % results.length;
    for (const result of [...results.slice(turn), ...results.slice(0, turn)]) {
      await sleep(REST_MS);
      const one = await deliver(fleet, result.side, publishing);
      result.rounds.push(one);
      onRound(`round ${String(round + 1)}: ${result.side.name} ${(one.cpu_us / one.deliveries).toFixed(2)} µs a delivery`);
    }
  }
  const profiled = results.find(({ side }) => side.name === profileOf?.name)?.side;
  if (profiled && profileOf) {
    await profiled.profile(profileOf.file, async () => {
      await deliver(fleet, profiled, publishing);
    });
  }
  await fleet.ask('doze', 0);
  for (const { side } of results) await fleet.ask('cut', side.name);
  return results;
}

/** Microseconds of the server's CPU for each delivery, a figure for each round. */
export function costs(result: DeliveryResult): number[] {
  return result.rounds.map(({ cpu_us, deliveries }) => cpu_us / deliveries);
}

/**
 * The same without what the events cost apart from their delivery (reading and encoding them once): that is what they cost with
 * `alone`, one reader, in the same process and the same round.
 */
export function netCosts(result: DeliveryResult, alone: DeliveryResult): number[] {
  return result.rounds.map(({ cpu_us, deliveries }, round) => {
    const base = alone.rounds[round];
    return base === undefined ? Number.NaN : (cpu_us - base.cpu_us) / (deliveries - base.deliveries);
  });
}

/** The rounds' own ratios: neighbours in time share what else the machine did. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((cost, round) => cost / (theirs[round] ?? Number.NaN));
}

export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ratios(ours, theirs));
}
