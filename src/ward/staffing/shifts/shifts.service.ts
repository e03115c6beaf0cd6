import { Injectable } from '@nestjs/common';
import { can } from '../../../identity/access/capabilities.js';
import { actorOf, type Role, type StaffPrincipal } from '../../../identity/access/principal.js';
import { IdempotentCommands } from '../../../platform/idempotency/idempotent-commands.js';
import { DomainError, notFound, notPermitted } from '../../../platform/common/errors.js';
import { newId } from '../../../platform/common/values/ids.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { DepartmentQueue } from '../queue/department-queue.service.js';
import { EventLog } from '../../../events/log/event-log.js';
import { DutyArrivals } from '../queue/duty-arrivals.js';
import { LastOnDuty } from '../queue/last-on-duty.js';
import { ON_DUTY_VIEW, type OnDutyView } from '../on-duty/on-duty-view.js';
import { lockDuty, SHIFT_VIEW, type ShiftView } from './shift.js';
import { ShiftHandovers } from './shift-handovers.js';

/** The membership and the account stay until the shift is there: their end waits, and finds it. */
const member = statement(
  'shift_member',
  `SELECT p.role FROM staff p JOIN memberships m ON m.staff_id = p.id JOIN departments d ON d.id = m.dept_id AND d.retired_at IS NULL
   WHERE p.id = $1 AND m.dept_id = $2 AND p.active FOR SHARE OF p, m`,
);
/** A person on a break elsewhere is on a break here, too. */
const start = statement(
  'start_shift',
  `INSERT INTO shifts (id, staff_id, dept_id, started_at, paused_until)
   VALUES ($1, $2, $3, app_now(), (SELECT max(o.paused_until) FROM shifts o WHERE o.staff_id = $2 AND o.ended_at IS NULL))
   ON CONFLICT (dept_id, staff_id) WHERE ended_at IS NULL DO NOTHING RETURNING ${SHIFT_VIEW}`,
);
/** The person's row stays as it is until the shift is in the log: a new name meanwhile waits, and finds the shift. */
const onDuty = statement(
  'on_duty',
  `SELECT ${ON_DUTY_VIEW} AS staff FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE s.id = $1 FOR SHARE OF p`,
);
const active = statement('active_shift', `SELECT ${SHIFT_VIEW} FROM shifts WHERE staff_id = $1 AND dept_id = $2 AND ended_at IS NULL`);
const hold = statement('hold_shift', 'SELECT id FROM shifts WHERE staff_id = $1 AND dept_id = $2 AND ended_at IS NULL FOR SHARE');
const lock = statement(
  'lock_shift',
  'SELECT s.id, p.role FROM shifts s JOIN staff p ON p.id = s.staff_id WHERE s.staff_id = $1 AND s.dept_id = $2 AND s.ended_at IS NULL FOR UPDATE OF s',
);
const activeOf = statement(
  'active_shifts_of',
  'SELECT dept_id AS dept FROM shifts WHERE staff_id = $1 AND ended_at IS NULL AND ($2::text IS NULL OR dept_id = $2) ORDER BY dept_id',
);
const end = statement(
  'end_shift',
  `UPDATE shifts SET ended_at = app_now(), end_reason = $2, paused_until = NULL WHERE id = $1 RETURNING ${SHIFT_VIEW}`,
);

/** Being on duty: starting and ending a shift, and who is. */
@Injectable()
export class ShiftsService {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly log: EventLog,
    private readonly queue: DepartmentQueue,
    private readonly handovers: ShiftHandovers,
    private readonly lastOnDuty: LastOnDuty,
    private readonly arrivals: DutyArrivals,
  ) {}

  /**
   * Starts the person's shift; one that is active already goes on, paused or not.
   * @throws DomainError NOT_FOUND for a department one is no member of; FORBIDDEN for a role that works no shifts
   */
  start(staff: StaffPrincipal, dept: string, key: string | undefined): Promise<ShiftView> {
    return this.commands.run(actorOf(staff), key, { type: 'shift.start', dept }, async (tx) => {
      await Promise.all([tx.query(lockDuty, [staff.id]), this.queue.lock(tx, dept)]);
      if (!can(await this.requireMember(tx, staff.id, dept), 'shift.work')) throw notPermitted();
      const started = await tx.one<ShiftView & Record<string, unknown>>(start, [newId(), staff.id, dept]);
      if (started) {
        await this.queue.toTail(tx, dept, staff.id);
        await this.arrivals.note(tx, dept, staff.id);
        const row = await tx.one<{ staff: OnDutyView }>(onDuty, [started.id]);
        if (!row) throw new Error('a shift that has just started cannot be read');
        const data = { staff_id: staff.id, shift_id: started.id, role: row.staff.role, staff: row.staff };
        this.log.append(tx, { dept, type: 'nurse.shift_started', data, actorId: actorOf(staff) });
        return started;
      }
      const running = await tx.one<ShiftView & Record<string, unknown>>(active, [staff.id, dept]);
      if (!running) throw new DomainError('UNAVAILABLE', 'the shift is just ending, try again');
      return running;
    });
  }

  /**
   * Ends the person's shift after handing on what they accepted.
   * @param confirm although nobody else can be reached
   * @throws DomainError NOT_FOUND without an active shift; SHIFT_HAS_CALLS while a call of theirs is in progress; LAST_ON_DUTY
   */
  end(staff: StaffPrincipal, dept: string, confirm: boolean | undefined, key: string | undefined): Promise<ShiftView> {
    return this.commands.run(actorOf(staff), key, { type: 'shift.end', dept, confirm }, (tx) =>
      this.finish(tx, { staffId: staff.id, dept }, 'ended', () => this.lastOnDuty.require(tx, staff.id, [dept], confirm ?? false)),
    );
  }

  /**
   * Ends the person's shifts (in one department, or all) without their asking, after handing on what they accepted.
   * @returns the shifts that were active. @throws DomainError SHIFT_HAS_CALLS while a call of theirs is in progress
   */
  async abandon(
    tx: Transaction,
    { staffId, dept, isLeaving = false }: { staffId: string; dept?: string; isLeaving?: boolean },
  ): Promise<ShiftView[]> {
    const ended: ShiftView[] = [];
    for (const shift of await tx.query<{ dept: string }>(activeOf, [staffId, dept ?? null]))
      ended.push(await this.finish(tx, { staffId, dept: shift.dept, isLeaving }, 'abandoned'));
    return ended;
  }

  /** Locks what they hold, the queue and the shift; ends it; hands on. @param mayLeave looks at who else is there */
  private async finish(
    tx: Transaction,
    { staffId, dept, isLeaving = false }: { staffId: string; dept: string; isLeaving?: boolean },
    reason: 'ended' | 'abandoned',
    mayLeave: () => Promise<void> = () => Promise.resolve(),
  ): Promise<ShiftView> {
    const leaving = { staffId, dept, reason: 'shift_ended' as const, isLeaving };
    await this.handovers.hold(tx, leaving);
    await this.queue.lock(tx, dept);
    await mayLeave();
    const shift = await tx.one<{ id: string; role: Role }>(lock, [staffId, dept]);
    if (!shift) throw notFound('active shift');
    const ended = await tx.one<ShiftView & Record<string, unknown>>(end, [shift.id, reason]);
    if (!ended) throw new Error('a locked shift cannot be ended');
    await this.handovers.release(tx, leaving);
    const data = { staff_id: staffId, shift_id: shift.id, role: shift.role, reason };
    this.log.append(tx, { dept, type: 'nurse.shift_ended', data, actorId: `staff:${staffId}` });
    return ended;
  }

  /** True when the person is on duty; if so their shift cannot end before the transaction does. */
  async isOnDuty(tx: Transaction, staffId: string, dept: string): Promise<boolean> {
    return (await tx.one(hold, [staffId, dept])) !== undefined;
  }

  /** @returns the role that they have now: it may have changed while the shift waited for its turn */
  private async requireMember(tx: Transaction, staffId: string, dept: string): Promise<{ role: Role }> {
    const found = await tx.one<{ role: Role }>(member, [staffId, dept]);
    if (!found) throw notFound('department');
    return found;
  }
}
