import { Injectable } from '@nestjs/common';
import { DomainError } from '../../../platform/common/errors.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DepartmentQueue } from './department-queue.service.js';

/** Departments in which a person who goes off duty, or on a break, is the last one who can be reached. */
@Injectable()
export class LastOnDuty {
  constructor(
    private readonly queue: DepartmentQueue,
    private readonly log: EventLog,
  ) {}

  /**
   * Locks the queues: of two who leave at once, the second is the last. A person who insists may go, and the managers are
   * informed.
   * @throws DomainError LAST_ON_DUTY with `details.departments`
   */
  async require(tx: Transaction, staffId: string, departments: readonly string[], confirm: boolean): Promise<void> {
    const left: string[] = [];
    for (const dept of departments) {
      await this.queue.lock(tx, dept);
      if (await this.queue.isLastReachable(tx, dept, staffId)) left.push(dept);
    }
    if (left.length === 0) return;
    if (!confirm) {
      throw new DomainError('LAST_ON_DUTY', 'you are the last person on duty who can be reached; confirm to go all the same', {
        details: { departments: left },
      });
    }
    const by = `staff:${staffId}`;
    for (const dept of left) this.log.append(tx, { dept, type: 'notice.posted', data: { code: 'nobody_on_duty', by }, actorId: by });
  }
}
