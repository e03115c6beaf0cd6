import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/transactions.js';
import { DepartmentQueue } from '../staffing/department-queue.service.js';
import { type DispatchableCall, DispatchStrategy, type DispatchTarget } from './dispatch-strategy.js';

/** The default: the room's primary, its backup, then the head of the queue, who goes to the tail. */
@Injectable()
export class RoundRobinDispatch extends DispatchStrategy {
  constructor(private readonly queue: DepartmentQueue) {
    super();
  }

  async next(tx: Transaction, { id, dept, roomId }: DispatchableCall): Promise<DispatchTarget | undefined> {
    await this.queue.lock(tx, dept);
    const assigned = await this.queue.assignedTo(tx, dept, roomId, id);
    if (assigned) return { staffId: assigned.staffId, reason: assigned.isPrimary ? 'primary' : 'backup' };
    const staffId = await this.queue.takeNext(tx, dept, id);
    return staffId === undefined ? undefined : { staffId, reason: 'queue' };
  }
}
