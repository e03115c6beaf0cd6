import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from '../calls/call-escalation.service.js';
import { CallsRepository } from '../calls/calls.repository.js';
import { statement } from '../database/statement.js';
import { Transactions } from '../database/transactions.js';
import type { DueWork } from '../scheduling/due-work.js';
import { DueWorkScheduler } from '../scheduling/due-work-scheduler.js';

const claim = statement(
  'claim_presence_due',
  `SELECT id FROM calls WHERE presence_due_at <= app_now() ORDER BY presence_due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** An accepted call at which nobody has arrived within CALL_PRESENCE_SEC is pending again, and the next nurse is asked too. */
@Injectable()
export class PresenceTimeout implements OnModuleInit, DueWork {
  readonly name = 'presence_timeout';

  constructor(
    private readonly transactions: Transactions,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const due = await tx.one<{ id: string }>(claim);
      const call = due && (await this.calls.lock(tx, due.id));
      if (!call) return false;
      await this.calls.reopen(tx, call.id);
      await this.escalation.passOn(tx, call, 'system', 'accepted', 'no_presence');
      return true;
    }, 'engine');
  }
}
