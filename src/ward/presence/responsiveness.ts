import { Injectable } from '@nestjs/common';
import { EventLog } from '../../events/log/event-log.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { DepartmentQueue } from '../staffing/queue/department-queue.service.js';
import { DutyArrivals } from '../staffing/queue/duty-arrivals.js';

/** The second miss more than $3 seconds after the first makes a person unresponsive. Answers whether it did. */
const miss = statement(
  'miss_receipt',
  `INSERT INTO missed_receipts AS m (staff_id, first_missed_at) VALUES ($1, $2::timestamptz)
   ON CONFLICT (staff_id) DO UPDATE SET unresponsive_since = app_now(), noticed_at = statement_timestamp()
     WHERE m.unresponsive_since IS NULL AND m.first_missed_at + make_interval(secs => $3) < $2::timestamptz
   RETURNING unresponsive_since IS NOT NULL AS unresponsive`,
);
const hear = statement(
  'hear_of_person',
  `DELETE FROM missed_receipts WHERE staff_id = $1 AND noticed_at < statement_timestamp() - make_interval(secs => $2)
   RETURNING unresponsive_since IS NOT NULL AS unresponsive`,
);
const shiftsOf = statement(
  'departments_of_person_on_duty',
  'SELECT dept_id AS dept FROM shifts WHERE staff_id = $1 AND ended_at IS NULL ORDER BY dept_id COLLATE "C"',
);

/** Decides if a person's device receives calls. A person whose device does not is not reachable, until a sign of life comes from it. */
@Injectable()
export class Responsiveness {
  constructor(
    private readonly queue: DepartmentQueue,
    private readonly arrivals: DutyArrivals,
    private readonly log: EventLog,
  ) {}

  /** @param due when the receipt was due; two that are due at once are one miss */
  async missed(tx: Transaction, staffId: string, due: Date, receiptSec: number): Promise<void> {
    const row = await tx.one<{ unresponsive: boolean }>(miss, [staffId, due, receiptSec]);
    if (!row?.unresponsive) return;
    for (const { dept } of await tx.query<{ dept: string }>(shiftsOf, [staffId]))
      this.log.append(tx, { dept, type: 'nurse.unresponsive', data: { staff_id: staffId } });
  }

  /** Something was heard of the person so many seconds ago: what they missed before that is forgotten. */
  async heard(tx: Transaction, staffId: string, secondsAgo: number): Promise<void> {
    const departments = await tx.query<{ dept: string }>(shiftsOf, [staffId]);
    for (const { dept } of departments) await this.queue.lock(tx, dept);
    const row = await tx.one<{ unresponsive: boolean }>(hear, [staffId, secondsAgo]);
    if (!row?.unresponsive) return;
    for (const { dept } of departments) {
      await this.arrivals.note(tx, dept, staffId);
      this.log.append(tx, { dept, type: 'nurse.responsive', data: { staff_id: staffId }, actorId: `staff:${staffId}` });
    }
  }
}
