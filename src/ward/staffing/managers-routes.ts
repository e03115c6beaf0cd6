import { applyDecorators, createParamDecorator, type ExecutionContext, UseGuards } from '@nestjs/common';
import { ApiCookieAuth } from '@nestjs/swagger';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { DomainError } from '../../platform/common/errors.js';
import { DepartmentManagerGuard } from './department-manager.guard.js';
import type { Manager } from './staffing-changes.js';

/** A controller under `departments/:dept` for the department's managers and administrators. */
export const ForManagers = () => applyDecorators(UseGuards(DepartmentManagerGuard), ApiCookieAuth('session'));

/** The signed-in manager and where they call from. */
export const CurrentManager = createParamDecorator((_: unknown, context: ExecutionContext): Manager => {
  const { principal, clientAddress } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return { staff: principal, address: clientAddress };
});
