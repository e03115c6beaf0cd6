import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { can, type Capability } from '../../identity/access/capabilities.js';
import { DomainError, notPermitted } from '../../platform/common/errors.js';
import { OpenDepartments } from './open-departments.js';

type DepartmentRequest = GuardedRequest & { params: { dept?: string } };

/** The capability that a controller asks for; null where every member is admitted. */
export const DEPARTMENT_CAPABILITY = 'wardline:department-capability';

/**
 * Admits the managers of the path's department, and administrators. A person outside the department learns nothing of it
 * (404), whatever their role. A nurse of it is refused (403), and the record shows it.
 */
@Injectable()
export class DepartmentManagerGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly departments: OpenDepartments,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<DepartmentRequest>();
    const { principal, params } = request;
    if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
    const dept = params.dept ?? '';
    await this.departments.require(principal, dept);
    const capability = this.reflector.getAllAndOverride<Capability | null>(DEPARTMENT_CAPABILITY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (capability === null || can(principal, capability)) return true;
    throw notPermitted();
  }
}
