/** Events that an acknowledged command must have left in its department's log. */
const BITS = {
  'call.pending': 1,
  'call.accepted': 2,
  'call.in_progress': 4,
  'call.completed': 8,
} as const;

export type OwedEvent = keyof typeof BITS;

function isOwed(type: string): type is OwedEvent {
  return Object.hasOwn(BITS, type);
}

/**
 * Commands that the server has acknowledged and therefore owes the log. At the end the log is read and each debt crossed out;
 * the rest was acknowledged and lost.
 */
export class Ledger {
  private readonly owed = new Map<string, number>();
  acknowledged = 0;

  acknowledge(callId: string, type: OwedEvent): void {
    this.acknowledged += 1;
    this.owed.set(callId, (this.owed.get(callId) ?? 0) | BITS[type]);
  }

  /** The log has an event of this call and type. */
  found(callId: string, type: string): void {
    const owed = this.owed.get(callId);
    if (owed === undefined || !isOwed(type)) return;
    const left = owed & ~BITS[type];
    if (left === 0) this.owed.delete(callId);
    else this.owed.set(callId, left);
  }

  /** Call id and event type of everything that was never found. */
  unpaid(): string[] {
    return [...this.owed].flatMap(([callId, bits]) =>
      Object.entries(BITS).flatMap(([type, bit]) => ((bits & bit) === 0 ? [] : [`${type} of ${callId}`])),
    );
  }
}
