import { Injectable } from '@nestjs/common';
import { actorOf, type StationPrincipal } from '../../../identity/access/principal.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView } from '../call.js';
import { CallAccess } from './call-access.service.js';
import { CallClosing } from './call-closing.service.js';
import { CallJournal } from '../call-journal.js';
import { CallLanes } from '../call-lanes.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';

/** A station's commands on placed calls. */
@Injectable()
export class StationCommandsService {
  constructor(
    private readonly lanes: CallLanes,
    private readonly access: CallAccess,
    private readonly calls: CallsRepository,
    private readonly closing: CallClosing,
    private readonly journal: CallJournal,
  ) {}

  /** A station that pressed takes the call back. @throws DomainError NOT_FOUND, FORBIDDEN, CALL_CLOSED */
  cancel(station: StationPrincipal, callId: string, key: string | undefined): Promise<CallView> {
    const look = (tx: Transaction) => this.access.lookAtStation(tx, callId, 'cancel');
    const work = async (tx: Transaction, locked: LockedCall | undefined) => {
      const call = this.access.judgeAtStation(station, locked, 'own');
      await this.access.requireTransition(tx, call, 'cancel');
      return this.closing.atStation(tx, station, call);
    };
    return this.lanes.onCall(callId, { by: station, key, identity: { type: 'call.cancel', callId }, look, work });
  }

  /**
   * A person shows at the bedside that they are there. It names nobody: the person who accepted keeps the call. At a call in
   * progress it renews the attendance.
   * @throws DomainError NOT_FOUND, CALL_CLOSED, CALL_STATE_CONFLICT
   */
  showPresence(station: StationPrincipal, callId: string, key: string | undefined): Promise<CallView> {
    const look = (tx: Transaction) => this.access.lookAtStation(tx, callId, 'arrive');
    const work = async (tx: Transaction, locked: LockedCall | undefined) => {
      const call = this.access.judgeAtStation(station, locked, 'room');
      await this.access.requireTransition(tx, call, 'arrive');
      const [, view] = await Promise.all([this.calls.arrive(tx, callId, actorOf(station), null), this.calls.view(tx, callId)]);
      this.journal.append(tx, 'call.in_progress', view, station, { from: call.state });
      return view;
    };
    return this.lanes.onCall(callId, { by: station, key, identity: { type: 'call.presence', callId }, look, work });
  }
}
