import { useSyncExternalStore } from 'react';

/** Calls, by their round, that this person has answered: an accept silences their device, also one that loses the race. */
let quieted: ReadonlySet<string> = new Set();
const listeners = new Set<() => void>();
const MAX = 200;

export function quiet(callId: string, round: number): void {
  quieted = new Set([...quieted, `${callId}:${round}`].slice(-MAX));
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useQuieted(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => quieted);
}
