import type { CallView } from '@wardline/client';
import { useSyncExternalStore } from 'react';

/** Calls that this person has accepted, with the version that they saw. */
export type Quieted = ReadonlyMap<string, number>;

let quieted: Quieted = new Map();
const listeners = new Set<() => void>();
const MAX = 200;

function change(next: Map<string, number>): void {
  const [oldest] = next.keys();
  if (next.size > MAX && oldest !== undefined) next.delete(oldest);
  quieted = next;
  for (const listener of [...listeners]) listener();
}

/** An accept silences the device of the person who gives it, also one that loses the race. */
export function quiet({ id, version }: Pick<CallView, 'id' | 'version'>): void {
  const next = new Map(quieted);
  next.delete(id);
  change(next.set(id, version));
}

/** The accept has not reached the server: the call still asks. */
export function unquiet(id: string): void {
  const next = new Map(quieted);
  if (next.delete(id)) change(next);
}

/** Quiet until the call is pending once more: then it asks anew. */
export function isQuiet(by: Quieted, { id, state, version }: Pick<CallView, 'id' | 'state' | 'version'>): boolean {
  const seen = by.get(id);
  return seen !== undefined && (state !== 'pending' || version <= seen);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useQuieted(): Quieted {
  return useSyncExternalStore(subscribe, () => quieted);
}
