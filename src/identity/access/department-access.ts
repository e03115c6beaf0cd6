import { Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { DomainError } from '../../platform/common/errors.js';
import { EndedSessions } from './ended-sessions.js';
import { belongsTo, type ReaderPrincipal } from './principal.js';

/** Departments one does not belong to do not exist; asking for one is counted. */
@Injectable()
export class DepartmentAccess {
  constructor(
    @InjectMetric('wardline_department_denied_total') private readonly denied: Counter,
    private readonly ended: EndedSessions,
  ) {}

  /** @throws DomainError NOT_FOUND; UNAUTHENTICATED when the session has ended since it was read */
  require(principal: ReaderPrincipal, dept: string): void {
    if (this.ended.has(principal.sessionId)) throw new DomainError('UNAUTHENTICATED', 'the session has ended');
    if (!belongsTo(principal, dept)) throw this.deny('department');
  }

  /** Counts a request about another department, and returns the error to throw: as if the object did not exist. */
  deny(what: string): DomainError {
    this.denied.inc();
    return new DomainError('NOT_FOUND', `no such ${what}`, { isDenial: true });
  }
}
