import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AuditLog } from '../../identity/audit/audit-log.service.js';
import { type GuardedRequest, targetOf } from '../../identity/access/guarded-request.js';
import { actorOf } from '../../identity/access/principal.js';
import { DomainError } from '../../platform/common/errors.js';
import { OpenDepartments } from './open-departments.js';

type DepartmentRequest = GuardedRequest & { params: { dept?: string } };

/**
 * Lets the managers of the path's department in, and administrators. Whoever does not belong to the department learns
 * nothing of it (404), whatever their role; a nurse of it is refused (403), and that stands in the record.
 */
@Injectable()
export class DepartmentManagerGuard implements CanActivate {
  constructor(
    private readonly departments: OpenDepartments,
    private readonly audit: AuditLog,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<DepartmentRequest>();
    const { principal, params, clientAddress } = request;
    if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
    const dept = params.dept ?? '';
    await this.departments.require(principal, dept);
    if (principal.role !== 'nurse') return true;
    await this.audit.record({
      actor: actorOf(principal),
      action: 'access',
      target: targetOf(request),
      result: 'refused',
      ...(clientAddress !== undefined && { address: clientAddress }),
    });
    throw new DomainError('FORBIDDEN', 'your role does not permit this');
  }
}
