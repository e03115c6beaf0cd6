import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { notFound } from '../common/errors.js';
import { belongsTo, type StaffPrincipal } from './principal.js';

/** Departments one does not belong to do not exist; asking for one is counted. */
@Injectable()
export class DepartmentAccess {
  constructor(@InjectMetric('wardline_auth_denied_total') private readonly denied: Counter) {}

  /** @throws DomainError NOT_FOUND */
  require(principal: StaffPrincipal, dept: string): void {
    if (belongsTo(principal, dept)) return;
    this.count();
    throw notFound('department');
  }

  count(): void {
    this.denied.inc();
  }
}
