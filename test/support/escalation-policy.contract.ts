import { expect, it } from 'vitest';
import type { Transactions } from '../../src/platform/database/transactions.js';
import type { EscalationPolicy, EscalationPolicyProvider } from '../../src/ward/calls/policies/escalation-policy.js';

/** What an implementer brings for the contract to be checked. */
export interface EscalationPolicySubject {
  provider: EscalationPolicyProvider;
  transactions: Transactions;
  /** Departments and types of calls that exist: every policy the provider knows should be met by one of them. */
  calls: { dept: string; type: string }[];
}

/** The promise of `EscalationPolicyProvider`; call it inside a `describe`. */
export function escalationPolicyContract(subject: () => EscalationPolicySubject): void {
  /** In a transaction in which a write fails. */
  function policyFor(call: { dept: string; type: string }): Promise<EscalationPolicy> {
    return subject().transactions.run(async (tx) => {
      await tx.query({ name: 'contract_read_only', text: 'SET TRANSACTION READ ONLY' });
      return subject().provider.policyFor(tx, call);
    });
  }

  it('answers positive whole seconds, rising, for every department and type', async () => {
    expect(subject().calls.length).toBeGreaterThan(0);
    for (const call of subject().calls) {
      const { l1Sec, l2Sec, l3Sec, repeatSec } = await policyFor(call);
      for (const seconds of [l1Sec, l2Sec, l3Sec, repeatSec]) expect(Number.isSafeInteger(seconds)).toBe(true);
      expect(l1Sec).toBeGreaterThan(0);
      expect(l2Sec).toBeGreaterThan(l1Sec);
      expect(l3Sec).toBeGreaterThan(l2Sec);
      expect(repeatSec).toBeGreaterThan(0);
    }
  });

  it('writes nothing, and answers the same when nothing has changed', async () => {
    for (const call of subject().calls) expect(await policyFor(call)).toEqual(await policyFor(call));
  });
}
