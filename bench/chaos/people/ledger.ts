/** What was acknowledged, and must therefore have happened. */
export interface Acknowledged {
  readonly callId: string;
  /** The event that must be in the log, and who must have caused it; a press again needs no event of its own. */
  readonly event: 'call.pending' | 'call.accepted' | 'call.in_progress' | 'call.completed' | 'call.cancelled' | 'call.declined' | undefined;
  readonly by: string;
}

/** Notes every acknowledged command, as a person who saw "done" on a screen would. */
export class Ledger {
  readonly acknowledged: Acknowledged[] = [];
  readonly answers = new Map<string, number>();
  presses = 0;
  unanswered = 0;

  note(command: string, status: number | undefined, acknowledged?: Acknowledged): void {
    const outcome = `${command} ${status === undefined ? 'unanswered' : String(status)}`;
    this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1);
    if (status === undefined) this.unanswered += 1;
    if (acknowledged) this.acknowledged.push(acknowledged);
  }
}
