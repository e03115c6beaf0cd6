import { Injectable } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';

const insert = statement('insert_duty_arrival', 'INSERT INTO duty_arrivals (dept_id, staff_id) VALUES ($1, $2)');

/** Name of the work that asks people who came on duty. */
export const CAME_ON_DUTY = 'came_on_duty';

/** Notes that a person can be asked (again) in a department: work that commits with their coming, and is done right after it. */
@Injectable()
export class DutyArrivals {
  constructor(private readonly scheduler: DueWorkScheduler) {}

  /** The department's queue must be locked: a call that was dispatched before this is found, one after it finds the person. */
  async note(tx: Transaction, dept: string, staffId: string): Promise<void> {
    await tx.query(insert, [dept, staffId]);
    tx.afterCommit(() => {
      this.scheduler.wake(CAME_ON_DUTY);
    });
  }
}
