import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { Transactions } from '../../../platform/database/transactions.js';
import { askingsUpTo, markAnnunciations, type Progress, progressColumns } from './mark-annunciations.js';
import { belongsTo } from '../../../identity/access/principal.js';
import { Clock } from '../../../platform/common/clock.js';
import { DeliveryProgress } from '../../../events/delivery/delivery-progress.js';
import { CoalescedWrites } from './coalesced-writes.js';

const FLUSH_MS = 50;
const MAX_WAITING = 20_000;
/** In one transaction. */
const MOST_AT_ONCE = 100;
/** Places of one person in one department. */
const MOST_PLACES = 8;

/** $4 calls, $5 people, $6 seconds since the command: an asking that is newer than the command is not received by it. */
const unreceived = statement(
  'unreceived_calls',
  `SELECT a.call_id AS "callId", a.staff_id AS "staffId", a.asked_after::text AS "askedAfter" FROM (
     SELECT call_id, staff_id FROM (
     ${askingsUpTo('AND p.seq <= (SELECT s.last_seq FROM dept_stream s WHERE s.dept_id = p.dept_id COLLATE "C")')}
   ) up_to
   UNION
   SELECT a.call_id, a.staff_id FROM unnest($4::uuid[], $5::uuid[], $6::float8[]) AS k (call_id, staff_id, age)
   JOIN annunciations a USING (call_id, staff_id)
   WHERE a.received_at IS NULL AND a.queued_at <= app_now() - make_interval(secs => k.age)
     OR a.received_at IS NOT NULL AND EXISTS (SELECT FROM calls c WHERE c.id = a.call_id AND c.annunciated_at IS NULL)
   ) found JOIN annunciations a USING (call_id, staff_id)`,
);
const lockCalls = statement('lock_received_calls', 'SELECT id FROM calls WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE');
/** The askings that were found, by their places in the log: one that has come since, while the calls' locks were waited for, is another one. */
const received = markAnnunciations(
  'mark_received',
  'received_at = app_now(), sent_at = coalesce(sent_at, app_now())',
  'received_at',
  'SELECT call_id, staff_id FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS u (call_id, staff_id, asked_after) JOIN annunciations USING (call_id, staff_id, asked_after)',
);
const annunciated = statement(
  'mark_annunciated',
  `UPDATE calls c SET annunciated_at = r.first FROM (
     SELECT call_id, min(received_at) AS first FROM annunciation_ledger WHERE call_id = ANY($1) AND received_at IS NOT NULL GROUP BY call_id
   ) r WHERE c.id = r.call_id AND c.annunciated_at IS NULL`,
);
const writableAgain = statement('receipts_writable', 'UPDATE ward_watch SET receipts_since = app_now()');

/** A command that a person gave on a call, at a time of the process's monotonic clock. */
interface Command {
  callId: string;
  staffId: string;
  at: number;
}
type Receipt = { upTo: readonly Progress[] } | { command: Command };

/** A place that the log does not have yet proves nothing, and only the log knows: the furthest places stay, not the furthest one alone. */
function newer(a: Receipt, b: Receipt): Receipt {
  if (!('upTo' in a && 'upTo' in b)) return b;
  const places = new Map([...a.upTo, ...b.upTo].map((one) => [one.seq, one]));
  return { upTo: [...places.values()].sort((one, other) => other.seq - one.seq).slice(0, MOST_PLACES) };
}

/**
 * Records that a call has been received by a person who was asked: by `ack` frames, `POST …/acks`, the next `after` of a long poll, and any command
 * of theirs on the call. Coalesced, away from the path of the commands.
 */
@Injectable()
export class AnnunciationReceipts implements OnModuleInit, BeforeApplicationShutdown {
  private readonly receipts: CoalescedWrites<Receipt>;

  constructor(
    private readonly progress: DeliveryProgress,
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.receipts = new CoalescedWrites<Receipt>(
      {
        everyMs: FLUSH_MS,
        mostWaiting: MAX_WAITING,
        mostAtOnce: MOST_AT_ONCE,
        newer,
        event: 'annunciations.receipt_not_written',
        write: (receipts) => this.write(receipts),
      },
      logger,
    );
  }

  onModuleInit(): void {
    this.progress.add({
      acknowledged: (staff, dept, seq) => {
        const staffId = staff.id;
        if (belongsTo(staff, dept)) this.receipts.add(`${staffId}/${dept}`, { upTo: [{ staffId, dept, seq }] });
      },
    });
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.receipts.stop();
  }

  /** A person who gives a command on a call knows of it, whatever the command's answer is. */
  commanded(staffId: string, callId: string): void {
    this.receipts.add(`${staffId}:${callId}`, { command: { staffId, callId, at: this.clock.monotonic() } });
  }

  private async write(receipts: readonly Receipt[]): Promise<void> {
    const wasFailing = this.receipts.isFailing;
    const upTo = receipts.flatMap((one) => ('upTo' in one ? one.upTo : []));
    const commands = receipts.flatMap((one) => ('command' in one ? [one.command] : []));
    const now = this.clock.monotonic();
    const rows = await this.database.query<{ callId: string; staffId: string; askedAfter: string }>(unreceived, [
      ...progressColumns(upTo),
      commands.map((one) => one.callId),
      commands.map((one) => one.staffId),
      commands.map((one) => (now - one.at) / 1000),
    ]);
    if (rows.length > 0) {
      const calls = rows.map((row) => row.callId);
      await this.transactions.run(async (tx) => {
        await tx.query(lockCalls, [calls]);
        await tx.query(received, [calls, rows.map((row) => row.staffId), rows.map((row) => row.askedAfter)]);
        await tx.query(annunciated, [calls]);
      });
    }
    if (wasFailing) await this.database.query(writableAgain);
  }
}
