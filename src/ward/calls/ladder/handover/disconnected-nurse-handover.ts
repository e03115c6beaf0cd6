import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from '../call-escalation.service.js';
import { LostHolders } from './lost-holders.service.js';
import { CallsRepository, type LockedCall } from '../../calls.repository.js';
import { statement } from '../../../../platform/database/statement.js';
import type { Transaction } from '../../../../platform/database/transactions.js';
import { DueRowProcessor } from '../../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../../platform/scheduling/due-work-scheduler.js';

const claim = statement(
  'claim_call_move',
  `SELECT call_id AS id, staff_id AS "staffId", reason FROM call_moves WHERE retry_at IS NULL OR retry_at <= app_now()
   ORDER BY created_at, call_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
);
const backOff = statement('back_off_call_move', `UPDATE call_moves SET retry_at = app_now() + interval '2 seconds' WHERE call_id = $1`);
const done = statement('call_move_done', 'DELETE FROM call_moves WHERE call_id = $1 AND staff_id = $2');
const isAsked = statement(
  'is_asked',
  'SELECT true AS asked FROM annunciations WHERE call_id = $1 AND staff_id = $2 AND withdrawn_at IS NULL',
);

interface CallMove extends Record<string, unknown> {
  /** The call's. */
  id: string;
  staffId: string;
  reason: 'nurse_disconnected' | 'excluded';
}

/** The calls of a person who was lost or excluded move on, one transaction each: work that was committed with the leaving. */
@Injectable()
export class DisconnectedNurseHandover implements OnModuleInit, DueWork {
  readonly name = 'lost_nurse_calls';
  readonly isCore = true;
  readonly look = { claim: { statement: claim } };

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly lost: LostHolders,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<CallMove>({
      claim,
      backOff,
      subject: 'call_id',
      event: 'lost_nurse_calls.failed',
      handle: (tx, move) => this.move(tx, move),
    });
  }

  private async move(tx: Transaction, { id, staffId, reason }: CallMove): Promise<void> {
    const call = await this.calls.lock(tx, id);
    if (call && reason === 'excluded') await this.takeBack(tx, call, staffId);
    else if (call) await this.replace(tx, call, staffId);
    await tx.query(done, [id, staffId]);
  }

  /** An excluded person keeps the calls that they have accepted. */
  private async takeBack(tx: Transaction, call: LockedCall, staffId: string): Promise<void> {
    const isTheirs = call.state === 'accepted' && call.acceptedBy === staffId;
    if (!isTheirs && call.state !== 'in_progress' && (await this.isAsked(tx, call, staffId)))
      await this.escalation.stepBack(tx, call, staffId, 'system', 'excluded');
  }

  private async replace(tx: Transaction, call: LockedCall, staffId: string): Promise<void> {
    if (call.acceptedBy === staffId) await this.lost.replace(tx, call);
    else if (call.state === 'pending' && (await this.isAsked(tx, call, staffId))) await this.escalation.replaceDisconnected(tx, call);
  }

  private async isAsked(tx: Transaction, call: LockedCall, staffId: string): Promise<boolean> {
    return (await tx.one(isAsked, [call.id, staffId])) !== undefined;
  }
}
