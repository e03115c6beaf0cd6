import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata, UseGuards } from '@nestjs/common';
import { ApiCookieAuth } from '@nestjs/swagger';
import type { Capability } from '../../identity/access/capabilities.js';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { DomainError } from '../../platform/common/errors.js';
import { DEPARTMENT_CAPABILITY, DepartmentManagerGuard } from './department-manager.guard.js';
import type { Manager } from './staffing-changes.js';

/** A controller under `departments/:dept` for people of the department whose role has the capability: its managers, and administrators. */
export const ForManagers = (capability: Capability = 'staffing.manage') =>
  applyDecorators(SetMetadata(DEPARTMENT_CAPABILITY, capability), UseGuards(DepartmentManagerGuard), ApiCookieAuth('session'));

/** A route of such a controller that every member of the department may use. */
export const ForMembers = () => SetMetadata(DEPARTMENT_CAPABILITY, null);

/** The signed-in manager and where they call from. */
export const CurrentManager = createParamDecorator((_: unknown, context: ExecutionContext): Manager => {
  const { principal, clientAddress } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return { staff: principal, address: clientAddress };
});
