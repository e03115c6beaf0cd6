import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { Responsiveness } from '../../presence/responsiveness.js';
import { IN_FORCE, IS_TURN, RECEIPT_FROM } from '../annunciations/asking.js';
import { CallsRepository } from '../calls.repository.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';
import { CallEscalation } from './call-escalation.service.js';

const DUE_AT = `${RECEIPT_FROM} + make_interval(secs => $1)`;
/** Askings of one person (`annunciations a`), in force and without any sign that the person knows of the call. */
const UNHEARD = `${IN_FORCE} AND ${IS_TURN} AND a.received_at IS NULL AND a.accepted_at IS NULL AND (a.missed_at IS NULL OR a.missed_at < a.queued_at)`;
/** Calls whose clocks run: a pending one with a deadline. They are few; their askings are looked up by the call. */
const WAITING = `calls c JOIN call_types t ON t.id = c.type AND t.dispatch = 'assigned' JOIN annunciations a ON a.call_id = c.id CROSS JOIN ward_watch w
  WHERE c.next_escalation_at IS NOT NULL AND ${UNHEARD}`;

const claim = statement(
  'claim_missed_receipt',
  `SELECT c.id FROM calls c WHERE c.id = (
     SELECT c.id FROM ${WAITING} AND ${DUE_AT} <= app_now() AND ${NOT_PUT_OFF} ORDER BY a.queued_at LIMIT 1)
     AND c.next_escalation_at IS NOT NULL
   FOR NO KEY UPDATE SKIP LOCKED`,
);
const next = statement(
  'next_missed_receipt',
  `SELECT (extract(epoch FROM min(${DUE_AT}) - app_now()) * 1000)::float8 AS ms FROM ${WAITING} AND ${NOT_PUT_OFF}`,
);
/** The askings of the call ($2) that are due, as missed. Answers with their people, and when the receipt was due. */
const mark = statement(
  'mark_missed',
  `UPDATE annunciations a SET missed_at = app_now() FROM ward_watch w
   WHERE a.call_id = $2 AND ${UNHEARD} AND ${DUE_AT} <= app_now() RETURNING a.staff_id AS "staffId", ${DUE_AT} AS due`,
);

/** A person who does not hear is passed over: the next one is asked, too. */
@Injectable()
export class MissedReceipts implements OnModuleInit, DueWork {
  readonly name = 'missed_receipts';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly responsiveness: Responsiveness,
    private readonly scheduler: DueWorkScheduler,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.ward.RECEIPT_SEC] }, next: { statement: next, values: [this.ward.RECEIPT_SEC] } };
  }

  onModuleInit(): void {
    if (this.ward.RECEIPT_SEC > 0) this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string }>({
      claim,
      values: [this.ward.RECEIPT_SEC],
      backOff: backOffCall,
      subject: 'call_id',
      event: 'missed_receipt.failed',
      handle: (tx, { id }) => this.passOver(tx, id),
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(next, [this.ward.RECEIPT_SEC]);
  }

  private async passOver(tx: Transaction, id: string): Promise<void> {
    const call = await this.calls.lock(tx, id);
    const missed = await tx.query<{ staffId: string; due: Date }>(mark, [this.ward.RECEIPT_SEC, id]);
    if (!call || missed.length === 0) return;
    await this.escalation.passOver(tx, call);
    for (const { staffId, due } of missed) await this.responsiveness.missed(tx, staffId, due, this.ward.RECEIPT_SEC);
  }
}
