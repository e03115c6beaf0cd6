import type { CallView } from '@wardline/client';
import type { Random } from '../simulate/plan/random.js';

/** The next thing that somebody does about a call, and how long they take to do it. */
export interface Plan {
  readonly act: 'accept' | 'decline' | 'arrive' | 'complete';
  readonly afterMs: number;
}

type Range = readonly [shortestSec: number, longestSec: number];

const ACCEPT: Range = [6, 25];
const ACCEPT_URGENT: Range = [3, 8];
/** Past the first deadline: the call climbs to level 1. */
const ACCEPT_LATE: Range = [95, 130];
/** Past the second one. */
const ACCEPT_VERY_LATE: Range = [185, 215];
const DECLINE: Range = [6, 15];
const ARRIVE: Range = [12, 35];
const COMPLETE: Range = [30, 90];
/** From here on a call is urgent: its type has rank 2. */
const URGENT = 20;

function within([shortest, longest]: Range, random: Random): number {
  return (shortest + random() * (longest - shortest)) * 1000;
}

/** Most calls are accepted soon, some climb, a few are declined. Undefined for a closed call. */
export function planFor({ state, level, priority }: CallView, random: Random): Plan | undefined {
  if (state === 'accepted') return { act: 'arrive', afterMs: within(ARRIVE, random) };
  if (state === 'in_progress') return { act: 'complete', afterMs: within(COMPLETE, random) };
  if (state !== 'pending') return undefined;
  if (priority >= URGENT) return { act: 'accept', afterMs: within(ACCEPT_URGENT, random) };
  const chance = level === 0 ? random() : 1;
  if (chance < 0.08) return { act: 'decline', afterMs: within(DECLINE, random) };
  if (chance < 0.12) return { act: 'accept', afterMs: within(ACCEPT_VERY_LATE, random) };
  if (chance < 0.24) return { act: 'accept', afterMs: within(ACCEPT_LATE, random) };
  return { act: 'accept', afterMs: within(ACCEPT, random) };
}

const TYPES: readonly (readonly [type: string, share: number])[] = [
  ['patient_normal', 0.4],
  ['water', 0.18],
  ['toilet', 0.18],
  ['pain', 0.16],
  ['service_request', 0.08],
];

/** A type that the station's button raises. */
export function typeOfPress(kind: string, random: Random): string {
  if (kind === 'bathroom') return random() < 0.25 ? 'bath_emergency' : 'patient_normal';
  let left = random();
  for (const [type, share] of TYPES) {
    left -= share;
    if (left < 0) return type;
  }
  return 'patient_normal';
}
