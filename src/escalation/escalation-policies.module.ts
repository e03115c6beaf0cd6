import { Module } from '@nestjs/common';
import { DepartmentPolicies } from './department-policies.js';
import { EscalationPolicyProvider } from './escalation-policy.js';

@Module({ providers: [{ provide: EscalationPolicyProvider, useClass: DepartmentPolicies }], exports: [EscalationPolicyProvider] })
export class EscalationPoliciesModule {}
