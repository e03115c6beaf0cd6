import type { Phase, Status, TransportName } from './protocol.js';

/** The next status; the same object where nothing changed, the same `since` where the phase stays. */
export function statusAfter(current: Status, phase: Phase, transport: TransportName, reason: string | null): Status {
  if (current.phase === phase && current.transport === transport && current.reason === reason) return current;
  const since = current.phase === phase ? current.since : Date.now();
  return Object.freeze({ phase, since, transport, reason });
}
