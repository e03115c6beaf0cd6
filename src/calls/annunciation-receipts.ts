import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../common/logger.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import { SocketObservers } from '../realtime/socket-observers.js';

const FLUSH_MS = 50;
const MAX_WAITING = 20_000;
/** An acknowledgement tells of the events up to its `seq`; further back than this nothing is waited for any more. */
const LOOK_BACK = 1000;

const unreceived = statement(
  'unreceived_calls',
  `SELECT DISTINCT a.call_id AS "callId" FROM events e JOIN annunciations a ON a.call_id = e.call_id AND a.staff_id = $1 AND a.received_at IS NULL
   WHERE e.dept_id = $2 AND e.seq > $3 AND e.seq <= $4 AND e.type IN ('call.pending', 'call.escalated', 'call.unattended', 'call.assigned')
     AND e.at >= a.queued_at - interval '1 minute'
   ORDER BY 1`,
);
const lockCalls = statement('lock_received_calls', 'SELECT id FROM calls WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE');
const received = statement(
  'mark_received',
  'UPDATE annunciations SET received_at = app_now() WHERE staff_id = $1 AND call_id = ANY($2) AND received_at IS NULL',
);
const annunciated = statement(
  'mark_annunciated',
  'UPDATE calls SET annunciated_at = app_now() WHERE id = ANY($1) AND annunciated_at IS NULL',
);

interface Receipt {
  staffId: string;
  dept: string;
  from: number;
  to: number;
}

/** Records from `ack` frames that a call has been received by one of its targets: coalesced, beside the way of the commands. */
@Injectable()
export class AnnunciationReceipts implements OnModuleInit, BeforeApplicationShutdown {
  private waiting = new Map<string, Receipt>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly observers: SocketObservers,
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
    const to = Math.max(this.waiting.get(key)?.to ?? 0, seq);
    if (this.waiting.size >= MAX_WAITING && !this.waiting.has(key)) return;
    this.waiting.set(key, { staffId, dept, from: Math.max(0, to - LOOK_BACK), to });
    this.timer ??= setTimeout(() => {
      this.flushing = this.flush();
    }, FLUSH_MS);
  }

  /** Never rejects: an acknowledgement is cumulative, the next one makes up for a lost one. */
  private async flush(): Promise<void> {
    this.timer = undefined;
    const receipts = [...this.waiting.values()];
    this.waiting = new Map();
    for (const receipt of receipts) {
      await this.write(receipt).catch((error: unknown) => {
        this.logger.warn('annunciations.receipt_not_written', { staff_id: receipt.staffId, error });
      });
    }
  }

  private write({ staffId, dept, from, to }: Receipt): Promise<void> {
    return this.transactions.run(async (tx) => {
      const rows = await tx.query<{ callId: string }>(unreceived, [staffId, dept, from, to]);
      if (rows.length === 0) return;
      const calls = rows.map((row) => row.callId);
      await tx.query(lockCalls, [calls]);
      await tx.query(received, [staffId, calls]);
      await tx.query(annunciated, [calls]);
    });
  }
}
