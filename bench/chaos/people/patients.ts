import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../simulate/random.js';
import type { Cluster } from './cluster.js';
import { insist } from './commands.js';
import type { ChaosStation } from './hospital.js';
import type { Ledger } from './ledger.js';

const TYPES = ['patient_normal', 'service_request', 'bed_exit', 'bath_emergency', 'staff_assist'] as const;
const MIN_PAUSE_MS = 100;
const SPREAD_MS = 500;
const TAKE_BACK_SHARE = 0.1;
const CREATED = 201;
const OK = 200;

/** Somebody who presses buttons all over the hospital, and takes one back now and then. */
export async function pressButtons(
  { cluster, ledger, random, signal }: { cluster: Cluster; ledger: Ledger; random: Random; signal: AbortSignal },
  stations: readonly ChaosStation[],
): Promise<void> {
  const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
  while (!signal.aborted) {
    const station = pick(stations);
    const type = pick(TYPES);
    if (!station) return;
    const headers = { authorization: `Bearer ${station.key}` };
    const by = `station:${station.id}`;
    const answer = await insist(cluster, random, { method: 'POST', path: '/api/v1/stations/self/calls', headers, body: { type } });
    const callId = answer?.body['id'];
    const isDone = (answer?.status === CREATED || answer?.status === OK) && typeof callId === 'string';
    if (isDone) ledger.presses += 1;
    const event = answer?.status === CREATED ? 'call.pending' : undefined;
    ledger.note('press', answer?.status, isDone ? { callId, event, by } : undefined);
    if (isDone && random() < TAKE_BACK_SHARE) {
      const path = `/api/v1/stations/self/calls/${callId}/cancel`;
      const taken = await insist(cluster, random, { method: 'POST', path, headers, body: {} });
      ledger.note('take back', taken?.status, taken?.status === OK ? { callId, event: 'call.cancelled', by } : undefined);
    }
    await sleep(MIN_PAUSE_MS + random() * SPREAD_MS);
  }
}
