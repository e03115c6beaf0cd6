import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChaosStation, PRESSED_TYPES } from '../world/hospital.js';
import { insist, type Request } from './commands.js';
import { digestOf } from './digest.js';
import type { WardWorld } from './ward-world.js';

const MIN_PAUSE_MS = 80;
const SPREAD_MS = 400;
const TAKE_BACK_SHARE = 0.1;
const ASK_AGAIN_SHARE = 0.1;
const CREATED = 201;
const OK = 200;

/** A person who presses buttons all over the hospital, and takes one back now and then. */
export async function pressButtons(world: WardWorld, stations: readonly ChaosStation[]): Promise<void> {
  const { random, signal } = world;
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  while (!signal.aborted) {
    const station = pick(stations);
    const type = pick(PRESSED_TYPES);
    if (!station || !type) return;
    const callId = await press(world, station, type);
    if (callId !== undefined && random() < TAKE_BACK_SHARE) await takeBack(world, station, callId);
    await sleep(MIN_PAUSE_MS + random() * SPREAD_MS);
  }
}

async function press(world: WardWorld, station: ChaosStation, type: string): Promise<string | undefined> {
  const { cluster, ledger, random } = world;
  const key = randomUUID();
  const request: Request = { method: 'POST', path: '/api/v1/stations/self/calls', headers: authorization(station), body: { type } };
  const answer = await insist(cluster, random, request, key);
  const callId = answer?.body['id'];
  const isDone = (answer?.status === CREATED || answer?.status === OK) && typeof callId === 'string';
  const event = answer?.status === CREATED ? 'call.pending' : null;
  ledger.note('press', String(answer?.status ?? 'unanswered'), isDone ? { key, callId, event, by: `station:${station.id}` } : undefined);
  if (!isDone) return undefined;
  if (random() < ASK_AGAIN_SHARE) await askAgain(world, `press at ${station.id}`, request, key, answer);
  return callId;
}

async function takeBack({ cluster, ledger, random }: WardWorld, station: ChaosStation, callId: string): Promise<void> {
  const key = randomUUID();
  const path = `/api/v1/stations/self/calls/${callId}/cancel`;
  const answer = await insist(cluster, random, { method: 'POST', path, headers: authorization(station), body: {} }, key);
  const acknowledged = { key, callId, event: 'call.cancelled', by: `station:${station.id}` };
  ledger.note('take back', String(answer?.status ?? 'unanswered'), answer?.status === OK ? acknowledged : undefined);
}

function authorization({ key }: ChaosStation): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** The same key and command give the first answer again, on whichever node. */
export async function askAgain(
  { cluster, ledger, random }: WardWorld,
  what: string,
  request: Request,
  key: string,
  first: { readonly body: unknown },
): Promise<void> {
  const again = await insist(cluster, random, request, key);
  if (again) ledger.again({ key, what, first: digestOf(first.body), again: digestOf(again.body) });
}
