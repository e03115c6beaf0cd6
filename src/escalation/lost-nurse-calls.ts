import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from '../calls/call-escalation.service.js';
import { CallJournal } from '../calls/call-journal.js';
import { CallsRepository } from '../calls/calls.repository.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';

const claim = statement(
  'claim_call_move',
  `SELECT call_id AS "callId", staff_id AS "staffId" FROM call_moves ORDER BY created_at, call_id LIMIT 1 FOR UPDATE SKIP LOCKED`,
);
const done = statement('call_move_done', 'DELETE FROM call_moves WHERE call_id = $1 AND staff_id = $2');
const isAsked = statement(
  'is_asked',
  'SELECT true AS asked FROM annunciations WHERE call_id = $1 AND staff_id = $2 AND declined_at IS NULL',
);

/** The calls of a nurse who has left the queue move on, one transaction each: work that was committed with the leaving. */
@Injectable()
export class LostNurseCalls implements OnModuleInit, DueWork {
  readonly name = 'lost_nurse_calls';

  constructor(
    private readonly transactions: Transactions,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly journal: CallJournal,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const move = await tx.one<{ callId: string; staffId: string }>(claim);
      if (!move) return false;
      const { callId, staffId } = move;
      const call = await this.calls.lock(tx, callId);
      const wasTheirs = call?.state === 'accepted' && call.acceptedBy === staffId;
      if (call && wasTheirs) {
        await this.calls.reopen(tx, callId);
        this.journal.append(tx, 'call.pending', await this.calls.view(tx, callId), 'system', {
          from: 'accepted',
          reason: 'nurse_disconnected',
        });
      }
      if (call && (wasTheirs || (call.state === 'pending' && (await tx.one(isAsked, [callId, staffId])))))
        await this.escalation.replaceLost(tx, call);
      await tx.query(done, [callId, staffId]);
      return true;
    }, 'engine');
  }
}
