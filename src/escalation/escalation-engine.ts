import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from '../calls/call-escalation.service.js';
import { LADDER_CLOCK, type LadderClock } from '../calls/escalation-clock.js';
import type { AskingCall } from '../calls/recipients.js';
import { statement } from '../database/statement.js';
import { DueRows } from '../scheduling/due-rows.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';
import { backOffCall } from './back-off-call.js';
import { EscalationMetrics } from './escalation-metrics.js';

const claim = statement(
  'claim_due_call',
  `SELECT c.id, c.dept_id AS dept, c.room_id AS "roomId", c.type, t.rank, t.dispatch, ${LADDER_CLOCK},
     extract(epoch FROM app_now() - c.next_escalation_at)::float8 AS lateness
   FROM calls c JOIN call_types t ON t.id = c.type
   WHERE c.next_escalation_at <= app_now() AND (c.engine_retry_at IS NULL OR c.engine_retry_at <= app_now())
   ORDER BY c.next_escalation_at LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);
const nextDue = statement(
  'next_escalation_due',
  'SELECT (extract(epoch FROM min(next_escalation_at) - app_now()) * 1000)::float8 AS ms FROM calls WHERE next_escalation_at IS NOT NULL',
);

interface DueCall extends AskingCall, LadderClock {
  /** Seconds since its deadline. */
  lateness: number;
}

/** The ladder's engine: every node claims what is due, one call a transaction; row locks make each level happen exactly once. */
@Injectable()
export class EscalationEngine implements OnModuleInit, DueWork {
  readonly name = 'escalation';
  readonly concurrency = 4;

  constructor(
    private readonly rows: DueRows,
    private readonly escalation: CallEscalation,
    private readonly metrics: EscalationMetrics,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.nextOrBackOff<DueCall & Record<string, unknown>>({
      claim,
      backOff: backOffCall,
      subject: 'call_id',
      event: 'escalation.failed',
      handle: async (tx, due) => {
        await this.escalation.advance(tx, due, due);
        tx.afterCommit(() => {
          this.metrics.escalated(due.lateness);
        });
      },
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(nextDue);
  }
}
