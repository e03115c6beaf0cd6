import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';
import { EventLog } from '../events/event-log.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';

/** How long before its end an assignment is told to be ending. */
const NOTICE = `interval '5 minutes'`;

const expireOne = statement(
  'expire_due_assignment',
  `DELETE FROM room_assignments WHERE until <= app_now() AND room_id = (
     SELECT room_id FROM room_assignments WHERE until <= app_now() ORDER BY until LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING room_id, dept_id AS dept`,
);
const warnOne = statement(
  'warn_due_assignment',
  `UPDATE room_assignments SET warned_at = app_now() WHERE warned_at IS NULL AND room_id = (
     SELECT room_id FROM room_assignments WHERE until > app_now() AND until <= app_now() + ${NOTICE} AND warned_at IS NULL
     ORDER BY until LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
   RETURNING room_id, dept_id AS dept, primary_id, iso(until) AS until`,
);
const next = statement(
  'next_due_assignment',
  `SELECT (extract(epoch FROM least(
     (SELECT until FROM room_assignments WHERE until > app_now() ORDER BY until LIMIT 1),
     (SELECT until - ${NOTICE} FROM room_assignments WHERE until > app_now() + ${NOTICE} ORDER BY until LIMIT 1)
   ) - app_now()) * 1000)::float8 AS ms`,
);

/** Assignments end by themselves, with a warning before: each is told once, by whoever changes the row. */
@Injectable()
export class AssignmentExpiry implements DueWork, OnModuleInit {
  readonly name = 'assignments';

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => (await this.expire(tx)) || (await this.warn(tx)), 'engine');
  }

  async nextDueIn(): Promise<number | undefined> {
    const [row] = await this.database.query<{ ms: number | null }>(next, [], 'engine');
    return row?.ms ?? undefined;
  }

  private async expire(tx: Transaction): Promise<boolean> {
    const expired = await tx.one<{ room_id: string; dept: string }>(expireOne);
    if (!expired) return false;
    const { dept, room_id } = expired;
    this.log.append(tx, { dept, type: 'room.unassigned', data: { room_id, reason: 'expired' } });
    return true;
  }

  /** One that is past its end already gets no warning any more. */
  private async warn(tx: Transaction): Promise<boolean> {
    const warned = await tx.one<{ room_id: string; dept: string; primary_id: string; until: string }>(warnOne);
    if (!warned) return false;
    const { dept, room_id, primary_id, until } = warned;
    this.log.append(tx, { dept, type: 'room.assignment_expiring', data: { room_id, primary_id, until } });
    return true;
  }
}
