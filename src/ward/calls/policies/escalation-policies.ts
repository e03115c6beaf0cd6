import type { Deadlines, EscalationPolicy } from '../../deadlines/deadlines.js';

/** A call that is about to be placed. */
export interface UnplacedCall {
  readonly dept: string;
  readonly type: string;
  /** The deadlines of the department and the type. */
  readonly deadlines: Deadlines;
}

/** The deadlines of a call that is about to be placed. */
export abstract class EscalationPolicies {
  abstract policyFor(call: UnplacedCall): Promise<EscalationPolicy>;
}
