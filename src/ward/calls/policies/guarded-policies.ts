import { z } from 'zod';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { ExtensionGuard } from '../../../platform/extensions/extension-guard.js';
import { type EscalationPolicy, EscalationPolicyProvider } from './escalation-policy.js';

/** It runs under the locks of a call. */
const DEADLINE_MS = 200;
const seconds = z.int().min(1).max(86_400);
/** A ladder that the engines can climb. The columns of `calls` refuse anything else. */
const policy = z
  .object({ l1Sec: seconds, l2Sec: seconds, l3Sec: seconds, repeatSec: seconds, presenceSec: seconds, attendanceSec: seconds.nullable() })
  .partial({ presenceSec: true, attendanceSec: true })
  .refine(({ l1Sec, l2Sec, l3Sec }) => l1Sec < l2Sec && l2Sec < l3Sec);

/** A hospital's own policies, which cannot keep a call from being placed: where they fail, are late or answer nonsense, the default decides. */
export class GuardedPolicies extends EscalationPolicyProvider {
  constructor(
    private readonly own: EscalationPolicyProvider,
    private readonly standard: EscalationPolicyProvider,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  policyFor(tx: Transaction, call: { dept: string; type: string }): Promise<EscalationPolicy> {
    return this.guard.call(tx, {
      point: 'escalation policy',
      deadlineMs: DEADLINE_MS,
      work: async (own) => this.own.policyFor(own, call),
      isValid: (answer) => policy.safeParse(answer).success,
      fallback: () => this.standard.policyFor(tx, call),
    });
  }
}
