import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../../identity/audit/audit-log.service.js';
import { actorOf, type StaffPrincipal } from '../../../identity/access/principal.js';
import { can } from '../../../identity/access/capabilities.js';
import { DomainError } from '../../../platform/common/errors.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView } from '../call.js';
import { CallAccess, visibleTo } from './call-access.service.js';
import { CallJournal } from '../call-journal.js';
import { CallLanes } from '../call-lanes.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { withdraw } from '../annunciations/asking.js';
import { Recipients } from '../annunciations/recipients.js';

/** A person who had arrived is no longer present; a station's presence names nobody, and remains. */
const handOver = statement(
  'hand_over_call',
  `UPDATE calls SET accepted_by = $2::uuid, present_by = CASE WHEN present_by LIKE 'staff:%' THEN 'staff:' || $2::uuid ELSE present_by END
   WHERE id = $1`,
);

/** A manager's order: the new person, and the reason (kept in the record). */
export interface Reassignment {
  staff_id: string;
  reason: string;
}

/** A manager gives a call to a nurse of their choice. */
@Injectable()
export class ReassignCallService {
  constructor(
    private readonly lanes: CallLanes,
    private readonly access: CallAccess,
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
    private readonly audit: AuditLog,
  ) {}

  /**
   * A pending call is asked of the nurse as well; an accepted one is pending again and asked of them; one in progress is handed over as
   * it is. @throws DomainError NOT_FOUND; FORBIDDEN for nurses; CALL_CLOSED; VALIDATION_FAILED when the nurse is not on duty there
   */
  async reassign(manager: StaffPrincipal, callId: string, { staff_id: staffId, reason }: Reassignment, key: string): Promise<CallView> {
    const look = (tx: Transaction) => this.access.lock(tx, callId);
    const work = async (tx: Transaction, found: LockedCall | undefined) => {
      const locked = this.access.judgeLocked(manager, callId, found);
      if (!can(manager, 'call.reassign'))
        throw new DomainError('FORBIDDEN', 'a manager reassigns calls', { details: { reason: 'not_manager' } });
      if (locked.state === 'completed' || locked.state === 'cancelled') {
        throw await this.access.conflict(tx, locked, 'CALL_CLOSED', `the call is ${locked.state}`);
      }
      await this.access.requireOnDuty(tx, staffId, locked.dept);
      this.audit.append(tx, {
        actor: actorOf(manager),
        action: 'call.reassign',
        target: `call:${callId}`,
        result: 'ok',
        detail: { staff_id: staffId, reason },
      });
      return this.give(tx, manager, locked, staffId);
    };
    const identity = { type: 'call.reassign', callId, staffId, reason };
    return visibleTo(manager, this.lanes.onCall(callId, { by: manager, key, identity, look, work }));
  }

  private async give(tx: Transaction, manager: StaffPrincipal, call: LockedCall, staffId: string): Promise<CallView> {
    await this.recipients.addChosen(tx, call.id, staffId);
    if (call.state === 'in_progress') await tx.query(handOver, [call.id, staffId]);
    if (call.state === 'accepted') {
      // The person who had it is not asked any more, and may be later: only a decline bars that.
      if (call.acceptedBy !== null && call.acceptedBy !== staffId) await tx.query(withdraw, [call.id, call.acceptedBy]);
      await this.calls.reopen(tx, call.id);
    }
    const view = await this.calls.view(tx, call.id);
    if (call.state !== 'in_progress') this.journal.append(tx, 'call.pending', view, manager, { from: call.state, reason: 'reassigned' });
    this.journal.assigned(tx, view, manager, [staffId]);
    return view;
  }
}
