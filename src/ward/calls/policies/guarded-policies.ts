import { z } from 'zod';
import type { ExtensionGuard } from '../../../platform/extensions/extension-guard.js';
import { byName, CLOCKS, type EscalationPolicy, LADDER, rises, secondsOf } from '../../deadlines/deadlines.js';
import { EscalationPolicies, type UnplacedCall } from './escalation-policies.js';
import type { EscalationPolicyProvider } from './escalation-policy.js';

/** It runs under the locks of a call. */
const DEADLINE_MS = 200;
/** A policy says never with null. */
const seconds = secondsOf({ mayBeNever: false });
/** A ladder that the engines can climb. The columns of `calls` refuse anything else. */
const policy = z
  .object({
    ...byName(LADDER, () => seconds),
    ...byName(CLOCKS, (_name, { mayBeNever }) => (mayBeNever ? seconds.nullable() : seconds).optional()),
  })
  .refine(rises);

/** A hospital's own policies, which cannot keep a call from being placed: where they fail, are late or answer nonsense, the default decides. */
export class GuardedPolicies extends EscalationPolicies {
  constructor(
    private readonly own: EscalationPolicyProvider,
    private readonly standard: EscalationPolicies,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  async policyFor(call: UnplacedCall): Promise<EscalationPolicy> {
    const usual = await this.standard.policyFor(call);
    const { dept, type } = call;
    return this.guard.call({
      point: 'escalation policy',
      deadlineMs: DEADLINE_MS,
      rests: true,
      isAnswer: () => false,
      work: (signal) => this.own.policyFor({ dept, type }, { ...usual }, signal),
      isValid: (answer) => policy.safeParse(answer).success,
      fallback: () => usual,
    });
  }
}
