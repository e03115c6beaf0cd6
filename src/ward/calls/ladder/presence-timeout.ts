import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CallEscalation } from './call-escalation.service.js';
import { CallsRepository } from '../calls.repository.js';
import { statement } from '../../../platform/database/statement.js';
import { DueRows } from '../../../platform/scheduling/due-rows.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';

const claim = statement(
  'claim_presence_due',
  `SELECT c.id FROM calls c WHERE c.presence_due_at <= app_now() AND ${NOT_PUT_OFF}
   ORDER BY c.presence_due_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED`,
);

/** An accepted call at which nobody has arrived within CALL_PRESENCE_SEC is pending again, and the next nurse is asked too. */
@Injectable()
export class PresenceTimeout implements OnModuleInit, DueWork {
  readonly name = 'presence_timeout';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRows,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.nextOrBackOff<{ id: string }>({
      claim,
      backOff: backOffCall,
      subject: 'call_id',
      event: 'presence_timeout.failed',
      handle: async (tx, due) => {
        const call = await this.calls.lock(tx, due.id);
        if (!call) throw new Error('a claimed call cannot be read');
        await this.calls.reopen(tx, call.id);
        await this.escalation.passOn(tx, call, 'system', 'accepted', 'no_presence');
      },
    });
  }
}
