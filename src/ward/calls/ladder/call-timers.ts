import { Injectable, type OnModuleInit } from '@nestjs/common';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DueRowProcessor } from '../../../platform/scheduling/due-row-processor.js';
import type { DueWork } from '../../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../../platform/scheduling/due-work-scheduler.js';
import { CallJournal } from '../call-journal.js';
import type { Timer } from '../call.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { backOffCall, NOT_PUT_OFF } from './back-off-call.js';
import { CallEscalation } from './call-escalation.service.js';
import { CallRounds } from './call-rounds.service.js';

/** After an outage of everything people have so much time to say what they did. */
export const AFTER_OUTAGE_SEC = 30;
/** Time to answer the question whether one is still there. */
export const ANSWER_SEC = 120;

const isPast = (time: string) => `coalesce(c.${time} <= app_now(), false)`;
/** Presence and attendance that ran through an outage wait. */
const HAD_TIME = `(coalesce(c.attended_at, c.accepted_at) >= w.ready_at OR w.ready_at <= app_now() - make_interval(secs => ${String(AFTER_OUTAGE_SEC)}))`;
/** Each clock: the name under which a row says that it is due, and whether it gives time after an outage. */
const DUE: Readonly<Record<Timer, { readonly as: keyof DueCall; readonly waitsAfterOutage: boolean }>> = {
  repeat_due_at: { as: 'repeated', waitsAfterOutage: false },
  press_again_at: { as: 'pressedAgain', waitsAfterOutage: false },
  presence_due_at: { as: 'isAbsent', waitsAfterOutage: true },
  attendance_due_at: { as: 'isUnattended', waitsAfterOutage: true },
};
const facts = Object.entries(DUE).map(
  ([timer, { as, waitsAfterOutage }]) => `${isPast(timer)}${waitsAfterOutage ? ` AND ${HAD_TIME}` : ''} AS "${as}"`,
);
const unheld = Object.entries(DUE).flatMap(([timer, { waitsAfterOutage }]) => (waitsAfterOutage ? [] : [isPast(timer)]));
const claim = statement(
  'claim_call_timer',
  `SELECT c.id, ${facts.join(', ')}, c.attendance_asked_at IS NOT NULL AS "wasAsked"
   FROM calls c CROSS JOIN ward_watch w
   WHERE c.timer_at <= app_now() AND ${NOT_PUT_OFF} AND (${unheld.join(' OR ')} OR ${HAD_TIME})
   ORDER BY c.timer_at LIMIT 1 FOR NO KEY UPDATE OF c SKIP LOCKED`,
);
/** Deadlines that have passed already are found by the scan of every second. */
const nextDue = statement(
  'next_call_timer',
  `SELECT (extract(epoch FROM c.timer_at - app_now()) * 1000)::float8 AS ms FROM calls c WHERE c.timer_at > app_now() ORDER BY c.timer_at LIMIT 1`,
);
const askAttendance = statement(
  'ask_attendance',
  `UPDATE calls SET attendance_asked_at = app_now(), attendance_due_at = app_now() + make_interval(secs => ${String(ANSWER_SEC)}) WHERE id = $1`,
);
const sayRepeats = statement('say_repeats', 'UPDATE calls SET repeated_event_at = app_now(), repeat_due_at = NULL WHERE id = $1');

interface DueCall {
  id: string;
  /** Presses came within a second of the last `call.repeated`. */
  repeated: boolean;
  /** A press came while a person was present. */
  pressedAgain: boolean;
  /** Nobody arrived in time. */
  isAbsent: boolean;
  /** The attendance time, or the time to answer, is over. */
  isUnattended: boolean;
  wasAsked: boolean;
}

/** The clocks of calls, the ladder apart: presence, attendance, a press again, the last of quick presses. */
@Injectable()
export class CallTimers implements OnModuleInit, DueWork {
  readonly name = 'call_timers';
  readonly isCore = true;
  readonly look = { claim: { statement: claim }, next: { statement: nextDue } };

  constructor(
    private readonly rows: DueRowProcessor,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly rounds: CallRounds,
    private readonly journal: CallJournal,
    private readonly scheduler: DueWorkScheduler,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
  }

  handleOne(): Promise<boolean> {
    return this.rows.processNext<DueCall & Record<string, unknown>>({
      claim,
      backOff: backOffCall,
      subject: 'call_id',
      event: 'call_timers.failed',
      handle: async (tx, due) => {
        const call = await this.calls.lock(tx, due.id);
        if (!call) throw new Error('a claimed call cannot be read');
        await this.handle(tx, call, due);
      },
    });
  }

  nextDueIn(): Promise<number | undefined> {
    return this.rows.nextDueIn(nextDue);
  }

  private async handle(tx: Transaction, call: LockedCall, due: DueCall): Promise<void> {
    if (due.repeated) await this.sayRepeats(tx, call);
    if (due.pressedAgain) await this.rounds.begin(tx, call, 'system', 'pressed_again');
    else if (due.isAbsent) await this.reopen(tx, call);
    else if (due.isUnattended && due.wasAsked) await this.rounds.begin(tx, call, 'system', 'attendance_timeout');
    else if (due.isUnattended) await this.askAttendance(tx, call);
  }

  /** An accepted call at which nobody has arrived is pending again, and the next person is asked too. */
  private async reopen(tx: Transaction, call: LockedCall): Promise<void> {
    await this.calls.reopen(tx, call.id, { isAbsence: true });
    await this.escalation.redispatch(tx, call, 'system', 'accepted', 'no_presence');
  }

  private async askAttendance(tx: Transaction, { id, acceptedBy }: LockedCall): Promise<void> {
    await tx.query(askAttendance, [id]);
    const staff = acceptedBy === null ? {} : { staff_ids: [acceptedBy] };
    this.journal.append(tx, 'call.attendance_due', await this.calls.view(tx, id), 'system', staff);
  }

  /** A screen ends with the right count. */
  private async sayRepeats(tx: Transaction, { id }: LockedCall): Promise<void> {
    await tx.query(sayRepeats, [id]);
    this.journal.append(tx, 'call.repeated', await this.calls.view(tx, id), 'system');
  }
}
