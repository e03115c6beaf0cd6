import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { Transactions } from '../../../platform/database/transactions.js';
import { SocketObservers } from '../../../realtime/connection/socket-observers.js';
import { markAnnunciations } from './mark-annunciations.js';

const FLUSH_MS = 50;
const MAX_WAITING = 20_000;
/** In one transaction. */
const MOST_AT_ONCE = 100;
/** An acknowledgement tells of the events up to its `seq`; further back than this nothing is waited for any more. */
const LOOK_BACK = 1000;

/** Of each person only what they have not received, the latest first: who never acknowledges costs no more for that. */
const unreceived = statement(
  'unreceived_calls',
  `SELECT a.call_id AS "callId", ack.staff_id AS "staffId"
   FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS ack (staff_id, dept_id, seq) CROSS JOIN LATERAL (
     SELECT call_id, queued_at FROM annunciations WHERE staff_id = ack.staff_id AND received_at IS NULL ORDER BY queued_at DESC LIMIT 100
   ) a
   WHERE EXISTS (SELECT FROM events e WHERE e.call_id = a.call_id AND e.dept_id = ack.dept_id AND e.seq > ack.seq - ${String(LOOK_BACK)} AND e.seq <= ack.seq
     AND e.type IN ('call.pending', 'call.escalated', 'call.unattended', 'call.assigned') AND e.at >= a.queued_at - interval '1 minute')`,
);
const lockCalls = statement('lock_received_calls', 'SELECT id FROM calls WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE');
const received = markAnnunciations('mark_received', 'received_at');
const annunciated = statement(
  'mark_annunciated',
  'UPDATE calls SET annunciated_at = app_now() WHERE id = ANY($1) AND annunciated_at IS NULL',
);

interface Receipt {
  staffId: string;
  dept: string;
  seq: number;
}

/** Records from `ack` frames that a call has been received by one of its targets: coalesced, beside the way of the commands. */
@Injectable()
export class AnnunciationReceipts implements OnModuleInit, BeforeApplicationShutdown {
  private waiting = new Map<string, Receipt>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly observers: SocketObservers,
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.observers.add({
      acknowledged: ({ id: staffId, departments, role }, dept, seq) => {
        if (role === 'admin' || departments.includes(dept)) this.note(staffId, dept, seq);
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.flushing;
    await this.flush();
  }

  private note(staffId: string, dept: string, seq: number): void {
    const key = `${staffId}/${dept}`;
    const before = this.waiting.get(key);
    if (!before && this.waiting.size >= MAX_WAITING) return;
    this.waiting.set(key, { staffId, dept, seq: Math.max(before?.seq ?? 0, seq) });
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.flushing = this.flushing.then(() => this.flush());
    }, FLUSH_MS);
  }

  /** Never rejects: an acknowledgement is cumulative, the next one makes up for a lost one. */
  private async flush(): Promise<void> {
    const receipts = [...this.waiting.values()];
    this.waiting = new Map();
    for (let from = 0; from < receipts.length; from += MOST_AT_ONCE) {
      const some = receipts.slice(from, from + MOST_AT_ONCE);
      await this.write(some).catch((error: unknown) => {
        this.logger.warn('annunciations.receipt_not_written', { count: some.length, error });
      });
    }
  }

  private async write(acks: readonly Receipt[]): Promise<void> {
    const columns = [acks.map((ack) => ack.staffId), acks.map((ack) => ack.dept), acks.map((ack) => ack.seq)];
    const rows = await this.database.query<{ callId: string; staffId: string }>(unreceived, columns);
    if (rows.length === 0) return;
    const calls = rows.map((row) => row.callId);
    const people = rows.map((row) => row.staffId);
    await this.transactions.run(async (tx) => {
      await tx.query(lockCalls, [calls]);
      await tx.query(received, [calls, people]);
      await tx.query(annunciated, [calls]);
    });
  }
}
