import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from '../calls/call-escalation.service.js';
import { LADDER_CLOCK, type LadderClock } from '../calls/escalation-clock.js';
import type { AskingCall } from '../calls/recipients.js';
import { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';
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
  'SELECT extract(epoch FROM min(next_escalation_at) - app_now())::float8 AS seconds FROM calls WHERE next_escalation_at IS NOT NULL',
);
/** 1, 2, 4 … 64 seconds: a call that keeps failing does not head every scan. Its deadline stays, and counts as overdue. */
const backOff = statement(
  'back_off_call',
  `UPDATE calls SET engine_failures = engine_failures + 1, engine_retry_at = app_now() + make_interval(secs => 2 ^ least(engine_failures, 3)) WHERE id = $1`,
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
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly escalation: CallEscalation,
    private readonly metrics: EscalationMetrics,
    private readonly scheduler: DueWorkScheduler,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  async handleOne(): Promise<boolean> {
    let claimed: string | undefined;
    try {
      return await this.transactions.run(async (tx) => {
        const due = await tx.one<DueCall & Record<string, unknown>>(claim);
        if (!due) return false;
        claimed = due.id;
        await this.escalation.advance(tx, due, due);
        tx.afterCommit(() => {
          this.metrics.escalated(due.lateness);
        });
        return true;
      }, 'engine');
    } catch (error) {
      if (claimed === undefined) throw error;
      this.logger.error('escalation.failed', { call_id: claimed, error });
      await this.database.query(backOff, [claimed], 'engine');
      return true;
    }
  }

  async nextDueIn(): Promise<number | undefined> {
    const [row] = await this.database.query<{ seconds: number | null }>(nextDue, [], 'engine');
    return row?.seconds === null || row === undefined ? undefined : row.seconds * 1000;
  }
}
