import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DepartmentQueue } from '../../staffing/queue/department-queue.service.js';
import { Dispatch, type DispatchTarget } from './dispatch.js';
import type { DispatchableCall } from './dispatch-strategy.js';

/** The default: the room's primary, its backup, then the head of the queue, who goes to the tail. */
@Injectable()
export class RoundRobinDispatch extends Dispatch {
  override readonly isQueueAlone = true;

  constructor(private readonly queue: DepartmentQueue) {
    super();
  }

  next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined> {
    return this.queue.turn(tx, call);
  }
}
