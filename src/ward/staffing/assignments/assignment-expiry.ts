import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';

/** Time before the end at which an assignment is announced as ending. */
const NOTICE = `interval '5 minutes'`;

const expire = statement(
  'expire_due_assignment',
  `DELETE FROM room_assignments WHERE until <= app_now() AND room_id = (
     SELECT room_id FROM room_assignments WHERE until <= app_now() ORDER BY until LIMIT 1 FOR UPDATE SKIP LOCKED)
   RETURNING room_id, dept_id AS dept`,
);
const warn = statement(
  'warn_due_assignment',
  `UPDATE room_assignments SET warned_at = app_now() WHERE warned_at IS NULL AND room_id = (
     SELECT room_id FROM room_assignments WHERE until > app_now() AND until <= app_now() + ${NOTICE} AND warned_at IS NULL
     ORDER BY until LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
   RETURNING room_id, dept_id AS dept, primary_id, iso(until) AS until`,
);
/** Both of them. */
const findDue = statement(
  'find_due_assignment',
  `SELECT room_id FROM room_assignments WHERE until <= app_now() OR warned_at IS NULL AND until <= app_now() + ${NOTICE} LIMIT 1`,
);
const next = statement(
  'next_due_assignment',
  `SELECT (extract(epoch FROM least(
     (SELECT until FROM room_assignments WHERE until > app_now() ORDER BY until LIMIT 1),
     (SELECT until - ${NOTICE} FROM room_assignments WHERE until > app_now() + ${NOTICE} ORDER BY until LIMIT 1)
   ) - app_now()) * 1000)::float8 AS ms`,
);

/** Assignments end by themselves, with a warning before. The node that changes the row announces it, so it is announced once. */
@Injectable()
export class AssignmentExpiry implements DueWork, OnModuleInit {
  readonly name = 'assignments';
  readonly isCore = true;
  readonly look = { claim: { statement: findDue }, next: { statement: next } };

  constructor(
    private readonly scheduler: DueWorkScheduler,
    private readonly rows: DueRowProcessor,
    private readonly log: EventLog,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  async handleOne(): Promise<boolean> {
    return (await this.expireOne()) || (await this.warnOne());
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(next);
  }

  private expireOne(): Promise<boolean> {
    return this.rows.next<{ room_id: string; dept: string }>({
      claim: expire,
      handle: (tx, { room_id, dept }) => {
        this.log.append(tx, { dept, type: 'room.unassigned', data: { room_id, reason: 'expired' } });
      },
    });
  }

  /** One that is past its end already gets no warning any more. */
  private warnOne(): Promise<boolean> {
    return this.rows.next<{ room_id: string; dept: string; primary_id: string; until: string }>({
      claim: warn,
      handle: (tx, { dept, ...data }) => {
        this.log.append(tx, { dept, type: 'room.assignment_expiring', data });
      },
    });
  }
}
