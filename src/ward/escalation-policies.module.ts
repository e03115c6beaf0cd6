import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ExtensionGuard } from '../platform/extensions/extension-guard.js';
import { GuardedPolicies } from './calls/policies/guarded-policies.js';
import { DepartmentPolicies } from './calls/policies/department-policies.js';
import { EscalationPolicyProvider } from './calls/policies/escalation-policy.js';

const OWN_POLICIES = Symbol("a hospital's own policies");

/** When a call climbs. */
@Module({})
export class EscalationPoliciesModule {
  static with(policies?: Type<EscalationPolicyProvider>): DynamicModule {
    const inForce = policies
      ? [
          { provide: OWN_POLICIES, useClass: policies },
          {
            provide: EscalationPolicyProvider,
            inject: [OWN_POLICIES, DepartmentPolicies, ExtensionGuard],
            useFactory: (own: EscalationPolicyProvider, standard: DepartmentPolicies, guard: ExtensionGuard) =>
              new GuardedPolicies(own, standard, guard),
          },
        ]
      : [{ provide: EscalationPolicyProvider, useExisting: DepartmentPolicies }];
    return {
      module: EscalationPoliciesModule,
      global: true,
      providers: [DepartmentPolicies, ...inForce],
      exports: [EscalationPolicyProvider, DepartmentPolicies],
    };
  }
}
