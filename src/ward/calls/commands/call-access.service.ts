import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import { belongsTo, type StaffPrincipal, type StationPrincipal } from '../../../identity/access/principal.js';
import { DomainError, notFound } from '../../../platform/common/errors.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { ShiftsService } from '../../staffing/shifts/shifts.service.js';
import type { CallView } from '../call.js';
import { BEDSIDE_PRESENCE_RANK, type CallerContext } from '../call-permissions.js';
import { type CallCommand, transition } from '../call-states.js';
import { CallsRepository, type LockedCall, type StandingRow } from '../calls.repository.js';
import { AnnunciationReceipts } from '../annunciations/annunciation-receipts.js';
import { LostAccepts } from './lost-accepts.js';

/** A call that was locked for a caller, and the caller's relation to it. */
export interface Looked {
  readonly call: LockedCall | undefined;
  readonly standing: StandingRow | undefined;
}

/**
 * Locks a call for a caller, and returns the caller's relation to it and the commands that its state allows. A call that the
 * caller may not see does not exist.
 */
@Injectable()
export class CallAccess {
  constructor(
    private readonly calls: CallsRepository,
    private readonly shifts: ShiftsService,
    private readonly access: DepartmentAccess,
    private readonly receipts: AnnunciationReceipts,
    private readonly lostAccepts: LostAccepts,
  ) {}

  lock(tx: Transaction, callId: string): Promise<LockedCall | undefined> {
    return this.calls.lock(tx, callId);
  }

  /** Judges by the departments of the session. @throws DomainError NOT_FOUND */
  judgeLocked(staff: StaffPrincipal, callId: string, call: LockedCall | undefined): LockedCall {
    if (!call || !belongsTo(staff, call.dept)) throw call ? this.access.deny('call') : notFound('call');
    this.receipts.commanded(staff.id, callId);
    return call;
  }

  /** Locks the call and reads the caller's relation to it, in one message. {@link judge} decides whether they may know of it. */
  async look(tx: Transaction, staff: StaffPrincipal, callId: string, command: CallCommand): Promise<Looked> {
    const [call, standing] = await Promise.all([
      this.lockWhatChanges(tx, callId, command),
      // Declining does not depend on duty, and goes on to lock the queue: it must not hold the shift before.
      this.calls.standing(tx, staff.id, callId, command !== 'decline'),
    ]);
    return { call, standing };
  }

  /** @throws DomainError NOT_FOUND */
  judge(staff: StaffPrincipal, command: CallCommand, { call, standing }: Looked): { call: LockedCall; caller: CallerContext } {
    if (!call || !standing?.isMember) throw call ? this.access.deny('call') : notFound('call');
    this.receipts.commanded(staff.id, call.id);
    const isClaimed = command !== 'arrive' || call.rank < BEDSIDE_PRESENCE_RANK;
    const { roomIsHeard, ...context } = standing;
    return { call, caller: { ...context, showsPresence: isClaimed || !roomIsHeard } };
  }

  /** Locks it for a station. */
  lookAtStation(tx: Transaction, callId: string, command: 'cancel' | 'arrive'): Promise<LockedCall | undefined> {
    return this.lockWhatChanges(tx, callId, command);
  }

  /** A call of the station's own, or of its room. @throws DomainError NOT_FOUND */
  judgeAtStation(station: StationPrincipal, call: LockedCall | undefined, whose: 'own' | 'room'): LockedCall {
    const isTheirs = whose === 'own' ? call?.stationIds.includes(station.id) : call?.roomId === station.roomId;
    if (!call || !isTheirs) throw notFound('call');
    return call;
  }

  /** @throws DomainError CALL_ALREADY_ACCEPTED, CALL_CLOSED, CALL_STATE_CONFLICT with `details.call` */
  async requireTransition(tx: Transaction, call: LockedCall, command: CallCommand): Promise<void> {
    const next = transition(call.state, command);
    if ('refused' in next) throw await this.conflict(tx, call, next.refused, next.because);
  }

  /** Handles a refused accept: when another person came first, this person's own devices stop ringing. */
  async acceptRefused(refusal: unknown, callId: string, staff: StaffPrincipal): Promise<void> {
    if (refusal instanceof DomainError && refusal.code === 'CALL_ALREADY_ACCEPTED') await this.lostAccepts.silence(callId, staff);
  }

  /** @throws DomainError CALL_VERSION_STALE with `details.call` */
  async requireVersion(tx: Transaction, call: LockedCall, version: number | undefined): Promise<void> {
    if (version === undefined || version === call.version) return;
    throw await this.conflict(tx, call, 'CALL_VERSION_STALE', 'the call has changed since');
  }

  /** @throws DomainError VALIDATION_FAILED */
  async requireOnDuty(tx: Transaction, staffId: string, dept: string): Promise<void> {
    if (await this.shifts.isOnDuty(tx, staffId, dept)) return;
    throw new DomainError('VALIDATION_FAILED', 'the nurse is not on duty in the department', {
      details: { fields: [{ path: 'staff_id', problem: 'not_on_duty' }] },
    });
  }

  async conflict(tx: Transaction, call: LockedCall, code: DomainError['code'], message: string): Promise<DomainError> {
    return new DomainError(code, message, { details: { call: await this.calls.view(tx, call.id) } });
  }

  private lockWhatChanges(tx: Transaction, callId: string, command: CallCommand): Promise<LockedCall | undefined> {
    return command === 'complete' || command === 'cancel' ? this.calls.lockClosing(tx, callId) : this.calls.lock(tx, callId);
  }
}

/** A call, or a refusal that shows one, as long as the person may know of it: what is given again under its key may be a day old. @throws DomainError NOT_FOUND */
export async function visibleTo(staff: StaffPrincipal, answer: Promise<CallView>): Promise<CallView> {
  const require = (call: Partial<CallView> | undefined) => {
    if (call?.dept !== undefined && !belongsTo(staff, call.dept)) throw notFound('call');
  };
  const call = await answer.catch((error: unknown) => {
    if (error instanceof DomainError) require(error.details?.['call'] as Partial<CallView> | undefined);
    throw error;
  });
  require(call);
  return call;
}
