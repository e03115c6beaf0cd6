/** Rows with a deadline, handled one transaction each. Every node runs it; row locks decide who gets which. */
export interface DueWork {
  /** For logs and metrics: `escalation`. */
  readonly name: string;
  /**
   * Claims one due row (FOR UPDATE SKIP LOCKED) and handles it, in one transaction on the engine's pool.
   * @returns false when nothing is due
   */
  handleOne(): Promise<boolean>;
  /** Milliseconds until the next known deadline; undefined when there is none. */
  nextDueIn?(): Promise<number | undefined>;
  /** Without it the ward stands still: readiness looks at it. What an extension can hold up has none. */
  readonly isCore?: boolean;
  /** How many rows are handled at once on this node; 1 unless told. */
  readonly concurrency?: number;
}
