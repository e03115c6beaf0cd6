import type { Statement } from '../database/statement.js';

/** A statement with its values. */
export interface DueQuestion {
  readonly statement: Statement;
  readonly values?: readonly unknown[];
}

/** How an idle node sees whether there is anything to do, together with the other kinds of work and without a lock. */
export interface DueLook {
  /** Finds a row where something is due: the statement that claims it, which is read without its locks. It must not write. */
  readonly claim: DueQuestion;
  /** Answers with `ms` until the next deadline, in one row at most. */
  readonly next?: DueQuestion;
}

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
  /** With it, nothing is claimed until a look has found something, a deadline has come, or the work was woken. Otherwise: once a second. */
  readonly look?: DueLook;
  /** Called with what `look.next` answered, for columns of the work's own. Must not throw. */
  looked?(next: Readonly<Record<string, unknown>>): void;
  /** Wardline's own work, which needs no guard. Extensions leave it out. */
  readonly isTrusted?: boolean;
  /** The ward cannot do without it: readiness looks at it. Work that an extension can hold up has none. */
  readonly isCore?: boolean;
  /** Rows in hand at once on this node; 1 by default. */
  readonly concurrency?: number;
}
