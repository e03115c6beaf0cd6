import { type DynamicModule, Module } from '@nestjs/common';
import { type Implementation, provideAs } from '../platform/extensions/implementation.js';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { GuardedPolicies } from './calls/policies/guarded-policies.js';
import { DepartmentPolicies } from './calls/policies/department-policies.js';
import { EscalationPolicies } from './calls/policies/escalation-policies.js';
import type { EscalationPolicyProvider } from './calls/policies/escalation-policy.js';

const OWN_POLICIES = Symbol("a hospital's own policies");

/** When a call climbs. */
@Module({})
export class EscalationPoliciesModule {
  static with(policy?: Implementation<EscalationPolicyProvider>): DynamicModule {
    const inForce = policy
      ? [
          provideAs(OWN_POLICIES, policy),
          {
            provide: EscalationPolicies,
            inject: [OWN_POLICIES, DepartmentPolicies, ExtensionGuard],
            useFactory: (own: EscalationPolicyProvider, standard: DepartmentPolicies, guard: ExtensionGuard) =>
              new GuardedPolicies(own, standard, guard),
          },
        ]
      : [{ provide: EscalationPolicies, useExisting: DepartmentPolicies }];
    return {
      module: EscalationPoliciesModule,
      global: true,
      providers: [DepartmentPolicies, ...inForce],
      exports: [EscalationPolicies, DepartmentPolicies],
    };
  }
}
