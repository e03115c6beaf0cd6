import { deepEqual, ok } from 'node:assert/strict';
import type { EscalationPolicyProvider } from '../../ward/calls/policies/escalation-policy.js';
import type { EscalationPolicy } from '../../ward/deadlines/deadlines.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface EscalationPolicySubject {
  provider: EscalationPolicyProvider;
  /** Departments and types of calls that exist: every policy the provider knows should be met by one of them. */
  calls: { dept: string; type: string }[];
}

const USUAL: EscalationPolicy = { l1Sec: 90, l2Sec: 180, l3Sec: 300, repeatSec: 60 };
const LIMIT_MS = 200;

/** The promise of `EscalationPolicyProvider`; call it inside a `describe`. */
export function escalationPolicyContract(it: It, subject: () => EscalationPolicySubject): void {
  const policyFor = async (call: { dept: string; type: string }): Promise<EscalationPolicy> =>
    subject().provider.policyFor(call, { ...USUAL }, AbortSignal.timeout(LIMIT_MS));

  it('answers positive whole seconds, rising, for every department and type', async () => {
    ok(subject().calls.length > 0, 'the subject names no call');
    for (const call of subject().calls) {
      const { l1Sec, l2Sec, l3Sec, repeatSec } = await policyFor(call);
      for (const seconds of [l1Sec, l2Sec, l3Sec, repeatSec])
        ok(Number.isSafeInteger(seconds) && seconds > 0, `${call.type}: ${String(seconds)}`);
      ok(l1Sec < l2Sec && l2Sec < l3Sec, `${call.type}: ${String(l1Sec)}, ${String(l2Sec)}, ${String(l3Sec)} do not rise`);
    }
  });

  it('answers the same when nothing has changed', async () => {
    for (const call of subject().calls) deepEqual(await policyFor(call), await policyFor(call));
  });
}
