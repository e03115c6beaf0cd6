import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { DepartmentPolicies } from './calls/policies/department-policies.js';
import { EscalationPolicyProvider } from './calls/policies/escalation-policy.js';

/** When a call climbs. */
@Module({})
export class EscalationPoliciesModule {
  static with(policies: Type<EscalationPolicyProvider> = DepartmentPolicies): DynamicModule {
    return {
      module: EscalationPoliciesModule,
      global: true,
      providers: [{ provide: EscalationPolicyProvider, useClass: policies }],
      exports: [EscalationPolicyProvider],
    };
  }
}
