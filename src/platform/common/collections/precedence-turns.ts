/** `first`: before the others that wait for the same. */
export type Precedence = 'first' | 'second';

/** One of so many turns is for those that come second: a flood of the first does not keep them out. */
const ONE_SECOND_OF = 4;
const FIRST_BEFORE: readonly Precedence[] = ['first', 'second'];
const SECOND_BEFORE: readonly Precedence[] = ['second', 'first'];

/** Turns of two kinds that wait for the same. The first kind goes before the second. While the second waits, each fourth turn is its own. */
export class PrecedenceTurns {
  /** Turns of the first kind since the last one of the second, while the second waited. */
  private firsts = 0;

  /** @returns the kinds in the order in which they are to be asked for the next turn */
  get order(): readonly Precedence[] {
    return this.firsts >= ONE_SECOND_OF - 1 ? SECOND_BEFORE : FIRST_BEFORE;
  }

  /**
   * Counts a turn.
   * @param kind the kind that had it
   * @param secondWaits whether one of the second kind waits on
   */
  took(kind: Precedence, secondWaits: boolean): void {
    this.firsts = kind === 'first' && secondWaits ? this.firsts + 1 : 0;
  }
}
