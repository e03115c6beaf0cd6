import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { DepartmentQueue } from '../../staffing/queue/department-queue.service.js';
import { CAME_ON_DUTY } from '../../staffing/queue/duty-arrivals.js';
import { IN_FORCE, IS_HEARD, IS_TURN, MAY_BE_ASKED } from '../annunciations/asking.js';
import { CallJournal } from '../call-journal.js';
import { CallsRepository } from '../calls.repository.js';

/** In one transaction; what is left is the next one's. */
const MOST_CALLS = 100;

const claim = statement(
  'claim_duty_arrival',
  `SELECT id, dept_id AS dept, staff_id AS "staffId" FROM duty_arrivals
   WHERE retry_at IS NULL OR retry_at <= app_now() ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED`,
);
const backOff = statement('back_off_duty_arrival', `UPDATE duty_arrivals SET retry_at = app_now() + interval '2 seconds' WHERE id = $1`);
const done = statement('duty_arrival_done', 'DELETE FROM duty_arrivals WHERE id = $1');
const lockPending = statement(
  'lock_pending_calls',
  `SELECT c.id FROM calls c WHERE c.dept_id = $1 AND c.state = 'pending' ORDER BY c.id FOR NO KEY UPDATE`,
);
const mayBeAsked = statement(
  'may_be_asked',
  `SELECT h.id FROM shifts h JOIN staff p ON p.id = h.staff_id AND p.active WHERE h.dept_id = $1 AND h.staff_id = $2 AND ${MAY_BE_ASKED}`,
);
/**
 * The calls among $1 for the person ($2) who came on duty ($3: the arrival). They are broadcasts that the person has not got;
 * calls that no other reachable person on duty has; and, in the order of the list, every second one of those that only one
 * other person has.
 */
const choose = statement(
  'choose_calls_for_arrival',
  `SELECT id FROM (
     SELECT c.id, c.priority, c.placed_at, t.dispatch, mine.asked, mine.queued_at > came.created_at AND mine.turn AS just_asked, others.count,
       row_number() OVER (PARTITION BY t.dispatch, coalesce(mine.asked, false), others.count, others.first ORDER BY c.priority DESC, c.placed_at, c.id) AS nth
     FROM calls c JOIN call_types t ON t.id = c.type JOIN duty_arrivals came ON came.id = $3
     LEFT JOIN LATERAL (SELECT ${IN_FORCE} AS asked, a.declined_at IS NOT NULL AS declined, a.queued_at, ${IS_TURN} AS turn
       FROM annunciations a WHERE a.call_id = c.id AND a.staff_id = $2) mine ON true
     CROSS JOIN LATERAL (SELECT count(*) AS count, min(a.staff_id::text) AS first FROM annunciations a
       JOIN shifts h ON h.staff_id = a.staff_id AND h.dept_id = c.dept_id AND ${MAY_BE_ASKED}
       WHERE a.call_id = c.id AND a.staff_id <> $2 AND ${IN_FORCE} AND ${IS_HEARD} AND is_reachable(a.staff_id, $4, $5)) others
     WHERE c.id = ANY($1) AND mine.declined IS NOT TRUE
   ) call
   WHERE CASE WHEN dispatch = 'broadcast' THEN asked IS NOT TRUE WHEN count = 0 THEN just_asked IS NOT TRUE
     ELSE count = 1 AND asked IS NOT TRUE AND nth % 2 = 0 END
   ORDER BY priority DESC, placed_at, id LIMIT ${String(MOST_CALLS)}`,
);
/** A person who got the call before, as one of everybody, gets a new annunciation. */
const ask = statement(
  'ask_arrival',
  `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason) SELECT c.id, p.id, p.role, app_now(), 'came_on_duty'
   FROM unnest($1::uuid[]) AS c (id), staff p WHERE p.id = $2
   ON CONFLICT (call_id, staff_id) DO UPDATE SET queued_at = excluded.queued_at, reason = excluded.reason, role = excluded.role,
     sent_at = NULL, received_at = NULL, accepted_at = NULL, withdrawn_at = NULL`,
);

interface Arrival extends Record<string, unknown> {
  id: string;
  dept: string;
  staffId: string;
}

/** People who come on duty (again) are asked at once: for calls that nobody on duty has, and for some of those that one person alone has. */
@Injectable()
export class CameOnDuty implements OnModuleInit, DueWork {
  readonly name = CAME_ON_DUTY;
  readonly isCore = true;
  readonly look = { claim: { statement: claim } };

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly calls: CallsRepository,
    private readonly queue: DepartmentQueue,
    private readonly journal: CallJournal,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<Arrival>({
      claim,
      backOff,
      subject: 'arrival_id',
      event: 'came_on_duty.failed',
      handle: (tx, arrival) => this.arrive(tx, arrival),
    });
  }

  /** All pending calls are locked: their recipients must not change meanwhile, and an arrival is rare. */
  private async arrive(tx: Transaction, arrival: Arrival): Promise<void> {
    const { id, dept, staffId } = arrival;
    const pending = (await tx.query<{ id: string }>(lockPending, [dept])).map((call) => call.id);
    await this.queue.lock(tx, dept);
    const chosen = pending.length > 0 && (await tx.one(mayBeAsked, [dept, staffId])) ? await this.choose(tx, arrival, pending) : [];
    if (chosen.length > 0) await tx.query(ask, [chosen, staffId]);
    for (const callId of chosen) {
      const view = await this.calls.view(tx, callId);
      const by = { kind: 'staff', id: staffId } as const;
      this.journal.append(tx, 'call.pending', view, by, { from: 'pending', reason: 'came_on_duty' });
      this.journal.assigned(tx, view, by, [staffId]);
    }
    if (chosen.length < MOST_CALLS) await tx.query(done, [id]);
  }

  private async choose(tx: Transaction, { id, staffId }: Arrival, pending: readonly string[]): Promise<string[]> {
    return (await tx.query<{ id: string }>(choose, [pending, staffId, id, ...this.queue.reach])).map((call) => call.id);
  }
}
