import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../../identity/access/department-access.js';
import { belongsTo, type StaffPrincipal, type StationPrincipal } from '../../../identity/access/principal.js';
import { DomainError, notFound } from '../../../platform/common/errors.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { ShiftsService } from '../../staffing/shifts/shifts.service.js';
import type { CallView } from '../call.js';
import { BEDSIDE_PRESENCE_RANK, type Standing } from '../call-permissions.js';
import { type CallCommand, transition } from '../call-states.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { AnnunciationReceipts } from '../annunciations/annunciation-receipts.js';
import { LostAccepts } from '../annunciations/lost-accepts.js';

/** Locks a call for a caller, and says how they stand to it and what its state allows. A call that one may not know of does not exist. */
@Injectable()
export class CallAccess {
  constructor(
    private readonly calls: CallsRepository,
    private readonly shifts: ShiftsService,
    private readonly access: DepartmentAccess,
    private readonly receipts: AnnunciationReceipts,
    private readonly lostAccepts: LostAccepts,
  ) {}

  /** @throws DomainError NOT_FOUND */
  async lock(tx: Transaction, staff: StaffPrincipal, callId: string): Promise<LockedCall> {
    const call = await this.calls.lock(tx, callId);
    if (!call || !belongsTo(staff, call.dept)) throw call ? this.access.deny('call') : notFound('call');
    this.receipts.commanded(staff.id, callId);
    return call;
  }

  /** The same, by what the database has at this moment. @throws DomainError NOT_FOUND */
  async lockFor(
    tx: Transaction,
    staff: StaffPrincipal,
    callId: string,
    command: CallCommand,
  ): Promise<{ call: LockedCall; standing: Standing }> {
    const call = await this.lockWhatChanges(tx, callId, command);
    const standing = call && (await this.standing(tx, staff, call, command));
    if (!call || !standing?.isMember) throw call ? this.access.deny('call') : notFound('call');
    this.receipts.commanded(staff.id, callId);
    return { call, standing };
  }

  /** A call of the station's own, or of its room. @throws DomainError NOT_FOUND */
  async lockAtStation(tx: Transaction, station: StationPrincipal, callId: string, whose: 'own' | 'room'): Promise<LockedCall> {
    const call = await this.lockWhatChanges(tx, callId, whose === 'own' ? 'cancel' : 'arrive');
    const isTheirs = whose === 'own' ? call?.stationIds.includes(station.id) : call?.roomId === station.roomId;
    if (!call || !isTheirs) throw notFound('call');
    return call;
  }

  /** @throws DomainError CALL_ALREADY_ACCEPTED, CALL_CLOSED, CALL_STATE_CONFLICT with `details.call` */
  async requireTransition(tx: Transaction, call: LockedCall, command: CallCommand): Promise<void> {
    const next = transition(call.state, command);
    if ('refused' in next) throw await this.conflict(tx, call, next.refused, next.because);
  }

  /** An accept was refused: where somebody else came first, the person's own devices need not ring any more. */
  async acceptRefused(refusal: unknown, callId: string, staffId: string): Promise<void> {
    if (refusal instanceof DomainError && refusal.code === 'CALL_ALREADY_ACCEPTED') await this.lostAccepts.silence(callId, staffId);
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

  /** Declining does not depend on duty, and goes on to lock the queue: it must not hold the shift before. */
  private async standing(tx: Transaction, staff: StaffPrincipal, call: LockedCall, command: CallCommand): Promise<Standing | undefined> {
    const standing = await this.calls.standing(tx, staff.id, call);
    const isOnDuty = command !== 'decline' && (await this.shifts.isOnDuty(tx, staff.id, call.dept));
    const isClaimed = command !== 'arrive' || call.rank < BEDSIDE_PRESENCE_RANK;
    return standing && { ...standing, isOnDuty, showsPresence: isClaimed || !(await this.calls.roomHasStation(tx, call.roomId)) };
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
