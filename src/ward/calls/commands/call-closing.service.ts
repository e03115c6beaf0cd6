import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../../identity/audit/audit-log.service.js';
import { actorOf, type StaffPrincipal, type StationPrincipal } from '../../../identity/access/principal.js';
import { DomainError } from '../../../platform/common/errors.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView } from '../call.js';
import { CallJournal } from '../call-journal.js';
import { mayCancel, type CallerContext, stationMayCancel } from '../call-permissions.js';
import { Supersession } from '../ladder/supersession.service.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';

/** The fields of a command that closes a call. */
export interface ClosingDetails {
  /** Free text; kept in the record, never in an event. */
  reason?: string | undefined;
  /** The less urgent calls that it has superseded are completed, too. */
  close_superseded?: boolean | undefined;
}

/** Calls that are completed or taken back, once it is known that the state allows it. The clocks of those that they have superseded go on. */
@Injectable()
export class CallClosing {
  constructor(
    private readonly calls: CallsRepository,
    private readonly supersession: Supersession,
    private readonly journal: CallJournal,
    private readonly audit: AuditLog,
  ) {}

  /** The patient has what they called for. */
  async complete(tx: Transaction, staff: StaffPrincipal, call: LockedCall, { close_superseded }: ClosingDetails): Promise<CallView> {
    const [, view, ended] = await Promise.all([
      this.calls.complete(tx, call.id, staff.id),
      this.calls.view(tx, call.id),
      this.supersession.end(tx, call.id, close_superseded ? actorOf(staff) : undefined),
    ]);
    this.journal.append(tx, 'call.completed', view, staff, { from: call.state });
    this.supersession.announce(tx, ended, staff);
    return view;
  }

  /** Closes a call for a person who may. A cancel outside the type's policy is a remote cancel: it is audited. */
  async byStaff(
    tx: Transaction,
    staff: StaffPrincipal,
    call: LockedCall,
    caller: CallerContext,
    { reason, close_superseded }: ClosingDetails,
  ): Promise<CallView> {
    const isRemote = !mayCancel(caller, call);
    if (isRemote) {
      this.audit.append(tx, {
        actor: actorOf(staff),
        action: 'call.remote_cancel',
        target: `call:${call.id}`,
        result: 'ok',
        detail: { dept: call.dept, type: call.type, reason },
      });
    }
    const [, view, ended] = await Promise.all([
      this.calls.cancel(tx, call.id, actorOf(staff), reason),
      this.calls.view(tx, call.id),
      this.supersession.end(tx, call.id, close_superseded ? actorOf(staff) : undefined),
    ]);
    this.journal.append(tx, 'call.cancelled', view, staff, isRemote ? { from: call.state, reason: 'remote_cancel' } : { from: call.state });
    this.supersession.announce(tx, ended, staff);
    return view;
  }

  /** By a station that pressed. @throws DomainError FORBIDDEN */
  async atStation(tx: Transaction, station: StationPrincipal, call: LockedCall): Promise<CallView> {
    if (!stationMayCancel(call.cancelPolicy)) {
      throw new DomainError('FORBIDDEN', 'this kind of call is not cancelled at the station', { details: { reason: 'cancel_policy' } });
    }
    const [, view, ended] = await Promise.all([
      this.calls.cancel(tx, call.id, actorOf(station), undefined),
      this.calls.view(tx, call.id),
      this.supersession.end(tx, call.id),
    ]);
    this.journal.append(tx, 'call.cancelled', view, station, { from: call.state });
    this.supersession.announce(tx, ended, station);
    return view;
  }
}
