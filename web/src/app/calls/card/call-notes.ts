import { useSyncExternalStore } from 'react';

/** The newest word about each call: who won a race, why a command failed. It follows the call wherever its card is. */
export interface CallNote {
  readonly text: string;
  readonly isFault: boolean;
}

const MAX = 50;
let notes: ReadonlyMap<string, CallNote> = new Map();
const listeners = new Set<() => void>();

export function noteOn(callId: string, note: CallNote | undefined): void {
  const next = new Map(notes);
  next.delete(callId);
  if (note) next.set(callId, note);
  const [oldest] = next.keys();
  if (next.size > MAX && oldest !== undefined) next.delete(oldest);
  notes = next;
  for (const listener of [...listeners]) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useCallNote(callId: string): CallNote | undefined {
  return useSyncExternalStore(subscribe, () => notes.get(callId));
}
