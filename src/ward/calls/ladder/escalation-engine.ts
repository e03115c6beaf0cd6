import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from './call-escalation.service.js';
import { LADDER_CLOCK, type LadderClock } from '../policies/escalation-clock.js';
import type { DispatchInput } from '../annunciations/recipients.js';
import { statement } from '../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';
import { EscalationMetrics } from './watch/escalation-metrics.js';

const DUE = `c.next_escalation_at <= app_now() AND ${NOT_PUT_OFF}`;
/**
 * The call that has been due for longest, and up to $1 - 1 others of its department that are due as well: they would wait for one another's
 * turn anyway. Looked for among the first of those that are due.
 */
const claim = statement(
  'claim_due_calls',
  `WITH first AS MATERIALIZED (
     SELECT c.id, c.dept_id FROM calls c WHERE ${DUE} ORDER BY c.next_escalation_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
   ), candidates AS MATERIALIZED (
     SELECT c.id, c.dept_id FROM calls c WHERE ${DUE} AND EXISTS (SELECT FROM first) ORDER BY c.next_escalation_at LIMIT 100
   )
   SELECT c.id, c.dept_id AS dept, c.room_id AS "roomId", c.type, t.rank, t.dispatch, ${LADDER_CLOCK},
     extract(epoch FROM app_now() - c.next_escalation_at)::float8 AS lateness
   FROM calls c JOIN call_types t ON t.id = c.type
   WHERE c.id IN (SELECT id FROM first UNION SELECT d.id FROM candidates d JOIN first USING (dept_id)) AND ${DUE}
   ORDER BY c.next_escalation_at LIMIT $1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);
/** A call that is put off is found by the scan of every second. */
const nextDue = statement(
  'next_escalation_due',
  `SELECT (SELECT count(*) FROM nodes)::int AS nodes,
     (SELECT (extract(epoch FROM c.next_escalation_at - app_now()) * 1000)::float8 FROM calls c
      WHERE c.next_escalation_at IS NOT NULL AND ${NOT_PUT_OFF} ORDER BY c.next_escalation_at LIMIT 1) AS ms`,
);

interface DueCall extends DispatchInput, LadderClock {
  /** Seconds since its deadline. */
  lateness: number;
}

/** Transactions of all nodes together: with more, they wait for one another in the database. */
const WORKERS = 4;
/** Calls that share a transaction: a department's turn is not held for longer than a rush needs. */
export const MOST_AT_ONCE = 10;

/** The ladder's engine: every node claims what is due, a few calls a transaction; row locks make each level happen exactly once. */
@Injectable()
export class EscalationEngine implements OnModuleInit, DueWork {
  readonly name = 'escalation';
  readonly isCore = true;
  /** That write the ladder's levels, this one included. */
  private nodes = 1;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly escalation: CallEscalation,
    private readonly metrics: EscalationMetrics,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [1] }, next: { statement: nextDue } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  get concurrency(): number {
    return Math.max(1, Math.floor(WORKERS / this.nodes));
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<DueCall & Record<string, unknown>>({
      claim,
      backOff: backOffCall,
      subject: 'call_id',
      event: 'escalation.failed',
      most: MOST_AT_ONCE,
      handle: async (tx, due) => {
        await this.escalation.advance(tx, due, due);
        tx.afterCommit(() => {
          this.metrics.escalated(due.lateness);
        });
      },
    });
  }

  async nextDueIn(): Promise<number | undefined> {
    const next = await this.rows.nextDue<{ nodes: number }>(nextDue);
    if (next) this.looked(next);
    return next?.ms ?? undefined;
  }

  /** Nodes that come and go are seen while nothing is due, too. */
  looked({ nodes }: { readonly nodes?: unknown }): void {
    this.nodes = typeof nodes === 'number' && nodes > 0 ? nodes : 1;
  }
}
