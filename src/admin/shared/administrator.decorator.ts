import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { DomainError } from '../../platform/common/errors.js';
import type { Administrator } from './audited-changes.js';

/** The signed-in administrator and where they call from. */
export const CurrentAdministrator = createParamDecorator((_: unknown, context: ExecutionContext): Administrator => {
  const { principal, clientAddress } = context.switchToHttp().getRequest<GuardedRequest>();
  if (principal?.kind !== 'staff' || principal.role !== 'admin') throw new DomainError('FORBIDDEN', 'your role does not permit this');
  return { staff: principal, address: clientAddress ?? '0.0.0.0' };
});
