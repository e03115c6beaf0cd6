import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { lasts } from '../../../../identity/sessions/lasting-session.js';
import { SESSION_SETTINGS } from '../../../../platform/config/config.module.js';
import type { SessionSettings } from '../../../../platform/config/settings/session.settings.js';
import { statement } from '../../../../platform/database/statement.js';
import { DueRowProcessor } from '../../../../platform/scheduling/due-row-processor.js';
import type { DueLook, DueWork } from '../../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../../platform/scheduling/due-work-scheduler.js';
import { LEADS } from '../../annunciations/asking.js';
import { CallsRepository } from '../../calls.repository.js';
import { backOffCall, NOT_PUT_OFF } from '../back-off-call.js';
import { LostHolders } from './lost-holders.service.js';

/** The account of the person who holds the call has ended, or the last of their sessions, if they had one. $1: SESSION_IDLE_SEC. */
const HAS_LEFT = `(EXISTS (SELECT FROM staff p WHERE p.id = c.accepted_by AND NOT p.active)
  OR EXISTS (SELECT FROM sessions x WHERE x.staff_id = c.accepted_by) AND NOT EXISTS (SELECT FROM sessions x WHERE x.staff_id = c.accepted_by
    AND ${lasts('x', 'now.time', '$1')}))`;
/**
 * A person who leads, and is off duty or out of the queue, is disconnected for longer than their buffer ($2), since a command of theirs, too. The
 * calls of others, and of people on duty, move on with the grace.
 */
const IS_LOST = `((c.state = 'accepted' OR c.press_again_at IS NOT NULL) AND EXISTS (
  SELECT FROM staff p JOIN staff_absences a ON a.staff_id = p.id AND a.handled_at IS NOT NULL CROSS JOIN ward_watch w WHERE p.id = c.accepted_by
    AND ${LEADS} AND greatest(a.since, w.ready_at, c.accepted_at, c.attended_at) <= now.time - make_interval(secs => $2)))`;
/** Few calls are held at a time. */
const claim = statement(
  'claim_departed_holder',
  `SELECT c.id, ${HAS_LEFT} AS "hasLeft" FROM calls c CROSS JOIN (SELECT app_now() AS time OFFSET 0) now
   WHERE c.state IN ('accepted', 'in_progress') AND c.accepted_by IS NOT NULL AND ${NOT_PUT_OFF} AND (${HAS_LEFT} OR ${IS_LOST})
   LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);

/** A call goes on when the account or the session of the person who accepted it, or is present, ends, or when a manager is lost beyond their buffer. */
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
    return { claim: { statement: claim, values: this.values } };
  }

  private get values(): number[] {
    return [this.session.SESSION_IDLE_SEC, this.session.SESSION_RECONNECT_BUFFER_SEC];
  }

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<{ id: string; hasLeft: boolean }>({
      claim,
      values: this.values,
      backOff: backOffCall,
      subject: 'call_id',
      event: 'departed_holders.failed',
      handle: async (tx, { id, hasLeft }) => {
        const call = await this.calls.lock(tx, id);
        if (!call?.acceptedBy) throw new Error('a claimed call cannot be read');
        if (hasLeft) await this.lost.leave(tx, call, call.acceptedBy, 'system');
        else await this.lost.replace(tx, call);
      },
    });
  }
}
