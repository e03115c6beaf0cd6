import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SESSION_SETTINGS } from '../../../platform/config/config.module.js';
import type { SessionSettings } from '../../../platform/config/settings/session.settings.js';
import { statement } from '../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { CallsRepository } from '../calls.repository.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';
import { LostHolders } from './lost-holders.service.js';

/** The account of the person who holds the call has ended, or the last of their sessions, if they had one. Few calls are held at a time. */
const claim = statement(
  'claim_departed_holder',
  `SELECT c.id FROM calls c CROSS JOIN (SELECT app_now() AS time OFFSET 0) now
   WHERE c.state IN ('accepted', 'in_progress') AND c.accepted_by IS NOT NULL AND ${NOT_PUT_OFF}
     AND (EXISTS (SELECT FROM staff p WHERE p.id = c.accepted_by AND NOT p.active)
       OR EXISTS (SELECT FROM sessions x WHERE x.staff_id = c.accepted_by) AND NOT EXISTS (SELECT FROM sessions x WHERE x.staff_id = c.accepted_by
         AND x.ended_at IS NULL AND x.expires_at > now.time AND x.last_used_at > now.time - make_interval(secs => $1)))
   LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);

/** A call goes on when the account or the session of the person who accepted it, or is present, ends. */
@Injectable()
export class DepartedHolders implements OnModuleInit, DueWork {
  readonly name = 'departed_holders';
  readonly isCore = true;

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly calls: CallsRepository,
    private readonly lost: LostHolders,
    private readonly scheduler: DueWorkScheduler,
    @Inject(SESSION_SETTINGS) private readonly session: SessionSettings,
  ) {}

  get look(): DueLook {
    return { claim: { statement: claim, values: [this.session.SESSION_IDLE_SEC] } };
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string }>({
      claim,
      values: [this.session.SESSION_IDLE_SEC],
      backOff: backOffCall,
      subject: 'call_id',
      event: 'departed_holders.failed',
      handle: async (tx, { id }) => {
        const call = await this.calls.lock(tx, id);
        if (!call?.acceptedBy) throw new Error('a claimed call cannot be read');
        await this.lost.leave(tx, call, call.acceptedBy, 'system');
      },
    });
  }
}
