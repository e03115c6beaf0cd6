import type { Transaction } from '../../../platform/database/transactions.js';

/** When an unanswered call climbs, in seconds from when it was placed; they rise. */
export interface EscalationPolicy {
  l1Sec: number;
  l2Sec: number;
  l3Sec: number;
  /** After level 3 all are told again this often. */
  repeatSec: number;
  /** An accepted call without presence is pending again after this long. Left out: CALL_PRESENCE_SEC, 60 for urgent types. */
  presenceSec?: number;
  /** A call in progress asks the person who is present after this long; null: never. Left out: CALL_ATTENDANCE_SEC, 3600 for urgent types. */
  attendanceSec?: number | null;
}

/**
 * Extension point: the deadlines of a call. Asked once, when the call is placed, inside its transaction; what it answers stays with the
 * call, whatever changes later. Must answer positive whole seconds, rising, a day at most; must not write. Where it fails, is late or
 * answers anything else, the default decides for that call.
 * `test/support/escalation-policy.contract.ts` checks the promise.
 */
export abstract class EscalationPolicyProvider {
  abstract policyFor(tx: Transaction, call: { dept: string; type: string }): Promise<EscalationPolicy>;
}
