import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../../identity/audit/audit-log.service.js';
import { actorOf, type StaffPrincipal, type StationPrincipal } from '../../../identity/access/principal.js';
import { DomainError } from '../../../platform/common/errors.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView } from '../call.js';
import { CallJournal } from '../call-journal.js';
import { mayCancel, type Standing, stationMayCancel } from '../call-permissions.js';
import { Supersession } from '../ladder/supersession.service.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';

/** What comes with a command that closes a call. */
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
    await this.calls.complete(tx, call.id, staff.id);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.completed', view, staff, { from: call.state });
    await this.supersession.end(tx, call, staff, close_superseded ? actorOf(staff) : undefined);
    return view;
  }

  /** By a person who may. What the type's own policy does not allow is a remote cancel: it is audited. */
  async byStaff(
    tx: Transaction,
    staff: StaffPrincipal,
    call: LockedCall,
    standing: Standing,
    { reason, close_superseded }: ClosingDetails,
  ): Promise<CallView> {
    const isRemote = !mayCancel(standing, call);
    if (isRemote) {
      this.audit.append(tx, {
        actor: actorOf(staff),
        action: 'call.remote_cancel',
        target: `call:${call.id}`,
        result: 'ok',
        detail: { dept: call.dept, type: call.type, reason },
      });
    }
    await this.calls.cancel(tx, call.id, actorOf(staff), reason);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.cancelled', view, staff, isRemote ? { from: call.state, reason: 'remote_cancel' } : { from: call.state });
    await this.supersession.end(tx, call, staff, close_superseded ? actorOf(staff) : undefined);
    return view;
  }

  /** By a station that pressed. @throws DomainError FORBIDDEN */
  async atStation(tx: Transaction, station: StationPrincipal, call: LockedCall): Promise<CallView> {
    if (!stationMayCancel(call.cancelPolicy)) {
      throw new DomainError('FORBIDDEN', 'this kind of call is not cancelled at the station', { details: { reason: 'cancel_policy' } });
    }
    await this.calls.cancel(tx, call.id, actorOf(station), undefined);
    const view = await this.calls.view(tx, call.id);
    this.journal.append(tx, 'call.cancelled', view, station, { from: call.state });
    await this.supersession.end(tx, call, station);
    return view;
  }
}
