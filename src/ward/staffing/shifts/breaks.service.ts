import { Inject, Injectable } from '@nestjs/common';
import { actorOf, type StaffPrincipal } from '../../../identity/access/principal.js';
import { EventLog } from '../../../events/log/event-log.js';
import { notFound } from '../../../platform/common/errors.js';
import { WARD_SETTINGS } from '../../../platform/config/config.module.js';
import type { WardSettings } from '../../../platform/config/settings/ward.settings.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { IdempotentCommands } from '../../../platform/idempotency/idempotent-commands.js';
import { LastOnDuty } from '../queue/last-on-duty.js';
import { wrongField } from '../staffing-checks.js';
import { BreakEnd } from './break-end.js';
import { lockDuty, SHIFT_VIEW, type ShiftView } from './shift.js';
import type { ShiftEventData } from './shift-events.js';
import { ShiftHandovers } from './shift-handovers.js';

/** A client's clock may be ahead by so much: a break of the full length is no mistake. */
const CLOCK_SLACK_SEC = 5;

const activeOf = statement(
  'departments_on_duty',
  'SELECT dept_id AS dept FROM shifts WHERE staff_id = $1 AND ended_at IS NULL ORDER BY dept_id COLLATE "C"',
);
const breakEnd = statement(
  'break_end',
  `SELECT CASE WHEN $1::timestamptz > app_now() AND $1::timestamptz <= app_now() + make_interval(secs => $2::int + ${String(CLOCK_SLACK_SEC)}) OR $1::timestamptz IS NULL
     THEN least($1::timestamptz, app_now() + make_interval(secs => $2::int)) END AS until`,
);
const lock = statement('lock_shifts_of', 'SELECT id FROM shifts WHERE staff_id = $1 AND ended_at IS NULL ORDER BY id FOR UPDATE');
const pause = statement(
  'pause_shifts',
  `UPDATE shifts SET paused_until = $2, queue_position = NULL WHERE staff_id = $1 AND ended_at IS NULL
   RETURNING ${SHIFT_VIEW}, (SELECT role FROM staff p WHERE p.id = staff_id) AS role`,
);
const active = statement('shift_on_duty', `SELECT ${SHIFT_VIEW} FROM shifts WHERE staff_id = $1 AND dept_id = $2 AND ended_at IS NULL`);

/** A person's request for a break. */
export interface BreakRequest {
  /** ISO 8601; the longest break unless said. */
  until?: string | undefined;
  /** Although nobody else can be reached. */
  confirm?: boolean | undefined;
}

type PausedShift = ShiftView & Record<string, unknown> & Pick<ShiftEventData, 'role'>;

/** Breaks: out of the queue in all departments, and still signed in. */
@Injectable()
export class BreaksService {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly handovers: ShiftHandovers,
    private readonly lastOnDuty: LastOnDuty,
    private readonly end: BreakEnd,
    private readonly log: EventLog,
    @Inject(WARD_SETTINGS) private readonly ward: WardSettings,
  ) {}

  /**
   * Begins a break, or changes its end, after handing on the calls that wait for the person.
   * @returns the shift in the department named. @throws DomainError NOT_FOUND without an active shift there; VALIDATION_FAILED for an end that is
   * past or too far away; SHIFT_HAS_CALLS while a call of theirs is in progress; LAST_ON_DUTY
   */
  pause(staff: StaffPrincipal, dept: string, { until, confirm }: BreakRequest, key: string | undefined): Promise<ShiftView> {
    return this.commands.run(actorOf(staff), key, { type: 'shift.pause', dept, until, confirm }, async (tx) => {
      await tx.query(lockDuty, [staff.id]);
      const departments = (await tx.query<{ dept: string }>(activeOf, [staff.id])).map((row) => row.dept);
      if (!departments.includes(dept)) throw notFound('active shift');
      const ends = await tx.one<{ until: Date | null }>(breakEnd, [until ?? null, this.ward.BREAK_MAX_SEC]);
      if (!ends?.until) throw wrongField('until', 'out_of_range', 'the time is past, or too far away');
      const leaving = departments.map((one) => ({ staffId: staff.id, dept: one, reason: 'shift_paused' as const }));
      for (const one of leaving) await this.handovers.hold(tx, one);
      await this.lastOnDuty.require(tx, staff.id, departments, confirm ?? false);
      await tx.query(lock, [staff.id]);
      const paused = await tx.query<PausedShift>(pause, [staff.id, ends.until]);
      for (const one of leaving) await this.handovers.release(tx, one);
      for (const { id: shift_id, dept: one, role, paused_until } of paused) {
        const data = { staff_id: staff.id, shift_id, role, until: paused_until ?? '' };
        this.log.append(tx, { dept: one, type: 'nurse.shift_paused', data, actorId: actorOf(staff) });
      }
      return this.shift(tx, staff.id, dept);
    });
  }

  /** Ends the break in all departments; a shift that is not paused goes on. @throws DomainError NOT_FOUND without an active shift there */
  resume(staff: StaffPrincipal, dept: string, key: string | undefined): Promise<ShiftView> {
    return this.commands.run(actorOf(staff), key, { type: 'shift.resume', dept }, async (tx) => {
      await tx.query(lockDuty, [staff.id]);
      await this.end.ofPerson(tx, staff.id, actorOf(staff));
      return this.shift(tx, staff.id, dept);
    });
  }

  private async shift(tx: Transaction, staffId: string, dept: string): Promise<ShiftView> {
    const view = await tx.one<ShiftView & Record<string, unknown>>(active, [staffId, dept]);
    if (!view) throw notFound('active shift');
    return view;
  }
}
