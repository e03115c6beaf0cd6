import type { EscalationPolicy } from './escalation-policy.js';

/** In seconds; null where the settings decide. */
export type Deadlines = Record<'l1_sec' | 'l2_sec' | 'l3_sec' | 'repeat_sec' | 'presence_sec' | 'attendance_sec', number | null>;

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
