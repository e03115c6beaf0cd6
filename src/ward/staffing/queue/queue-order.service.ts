import { Injectable } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import { type Manager, StaffingChanges } from '../staffing-changes.js';
import { wrongField } from '../staffing-checks.js';

const lockQueued = statement(
  'lock_queued_shifts',
  `SELECT staff_id FROM shifts WHERE dept_id = $1 AND ended_at IS NULL AND queue_position IS NOT NULL
   ORDER BY queue_position FOR NO KEY UPDATE`,
);
const place = statement(
  'place_queue',
  `UPDATE shifts s SET queue_position = q.next_position + o.place - 1
   FROM department_queue q, unnest($2::uuid[]) WITH ORDINALITY AS o (staff_id, place)
   WHERE q.dept_id = $1 AND s.dept_id = $1 AND s.staff_id = o.staff_id AND s.ended_at IS NULL AND s.queue_position IS NOT NULL`,
);
const advance = statement('advance_queue', 'UPDATE department_queue SET next_position = next_position + $2 WHERE dept_id = $1');

export interface QueueView {
  staff_ids: string[];
}

/** The order in which the department's on-duty nurses take their turns, as a manager sets it. */
@Injectable()
export class QueueOrderService {
  constructor(private readonly changes: StaffingChanges) {}

  /** @throws DomainError VALIDATION_FAILED unless `staffIds` are exactly those who are in the queue, each once */
  reorder(by: Manager, dept: string, staffIds: readonly string[], key: string | undefined): Promise<QueueView> {
    return this.changes.run(by, key, { type: 'queue.reorder', dept, staffIds }, async (tx) => {
      const queued = (await tx.query<{ staff_id: string }>(lockQueued, [dept])).map((row) => row.staff_id);
      const wanted = new Set(staffIds);
      if (wanted.size !== staffIds.length || wanted.size !== queued.length || !queued.every((id) => wanted.has(id))) {
        throw wrongField('staff_ids', 'not_the_queue', 'the order must name everyone in the queue, each once, and nobody else');
      }
      await tx.query(place, [dept, staffIds]);
      await tx.query(advance, [dept, staffIds.length]);
      const answer = { staff_ids: [...staffIds] };
      return { answer, record: { target: `department:${dept}`, detail: answer } };
    });
  }
}
