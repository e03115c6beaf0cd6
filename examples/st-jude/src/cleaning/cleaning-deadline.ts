import { Injectable } from '@nestjs/common';
import { EventLog, statement, Transactions, type DueWork } from 'wardline';

const claim = statement(
  'st_jude_late_cleaning',
  `SELECT id, bed_id, dept_id FROM st_jude_cleaning_tasks
   WHERE done_at IS NULL AND late_at IS NULL AND due_at <= app_now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
);
const mark = statement('st_jude_mark_late', 'UPDATE st_jude_cleaning_tasks SET late_at = app_now() WHERE id = $1');

/** Says in the department's log that a bed is still not clean. */
@Injectable()
export class CleaningDeadline implements DueWork {
  readonly name = 'st-jude-cleaning';

  constructor(
    private readonly transactions: Transactions,
    private readonly log: EventLog,
  ) {}

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const late = await tx.one<{ id: string; bed_id: string; dept_id: string }>(claim);
      if (!late) return false;
      await tx.query(mark, [late.id]);
      this.log.append(tx, { dept: late.dept_id, type: 'st-jude.cleaning.late', data: { task_id: late.id, bed_id: late.bed_id } });
      return true;
    }, 'engine');
  }
}
