import type { EscalationPolicy } from '../../deadlines/deadlines.js';

/**
 * Extension point: the deadlines of a call. It is asked once, when the call is placed; its answer stays with the call, whatever changes later. It may be
 * asked for a call that is then not placed, because the same kind was opened at the place in that moment.
 *
 * An implementation answers positive whole seconds, rising, a day at most. It runs inside the call's transaction: it has 200 ms, gets data and no
 * transaction, and writes nothing. When it throws, is late or answers anything else, `usual` holds for that call. After three failures within a
 * minute it is not asked for a minute. `src/testing/contracts/escalation-policy.contract.ts` checks the promise.
 */
export abstract class EscalationPolicyProvider {
  /**
   * @param usual what holds by department, type and settings: its deadlines are an answer, too
   * @param signal aborts after 200 ms
   */
  abstract policyFor(
    call: { readonly dept: string; readonly type: string },
    usual: EscalationPolicy,
    signal: AbortSignal,
  ): Promise<EscalationPolicy> | EscalationPolicy;
}
