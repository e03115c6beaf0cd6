import { Injectable } from '@nestjs/common';
import { actorOf, type StaffPrincipal } from '../../../identity/access/principal.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView, DeclineCode } from '../call.js';
import { CallAccess, type Looked, visibleTo } from './call-access.service.js';
import { CallClosing, type ClosingDetails } from './call-closing.service.js';
import { CallEscalation } from '../ladder/call-escalation.service.js';
import { CallJournal } from '../call-journal.js';
import { CallLanes } from '../call-lanes.js';
import { requirePermission, type CallerContext } from '../call-permissions.js';
import type { CallCommand } from '../call-states.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';

/** The fields of a command. */
export interface CommandDetails extends ClosingDetails {
  /** The version that the caller saw. */
  version?: number | undefined;
  /** Why the person declines; in the event. */
  code?: DeclineCode | undefined;
}

/** People's commands on a placed call. Every command locks the call, asks the rules, changes it, and appends its event. */
@Injectable()
export class CallCommandsService {
  constructor(
    private readonly lanes: CallLanes,
    private readonly access: CallAccess,
    private readonly calls: CallsRepository,
    private readonly closing: CallClosing,
    private readonly escalation: CallEscalation,
    private readonly journal: CallJournal,
  ) {}

  /**
   * A person's command.
   * @throws DomainError NOT_FOUND; CALL_ALREADY_ACCEPTED, CALL_CLOSED, CALL_STATE_CONFLICT, CALL_VERSION_STALE with
   * `details.call`; FORBIDDEN; REASON_REQUIRED
   */
  async execute(staff: StaffPrincipal, command: CallCommand, callId: string, details: CommandDetails, key: string): Promise<CallView> {
    const identity = { type: `call.${command}`, callId, ...details };
    const look = (tx: Transaction) => this.access.look(tx, staff, callId, command);
    const work = async (tx: Transaction, looked: Looked) => {
      const { call: locked, caller } = this.access.judge(staff, command, looked);
      await this.access.requireTransition(tx, locked, command);
      requirePermission(command, caller, locked, details.reason);
      await this.access.requireVersion(tx, locked, details.version);
      return this.carryOut(tx, staff, command, locked, caller, details);
    };
    // An answer that is given again must still be one that the person may see.
    const answer = this.lanes.onCall(callId, { by: staff, key, identity, look, work }).catch(async (error: unknown) => {
      if (command === 'accept') await this.access.acceptRefused(error, callId, staff);
      throw error;
    });
    return visibleTo(staff, answer);
  }

  private async carryOut(
    tx: Transaction,
    staff: StaffPrincipal,
    command: CallCommand,
    call: LockedCall,
    caller: CallerContext,
    details: CommandDetails,
  ): Promise<CallView> {
    switch (command) {
      case 'accept':
        return this.tell(tx, 'call.accepted', call, staff, this.calls.accept(tx, call.id, staff.id));
      case 'arrive':
        return this.tell(tx, 'call.in_progress', call, staff, this.calls.arrive(tx, call.id, actorOf(staff), staff.id));
      case 'complete':
        return this.closing.complete(tx, staff, call, details);
      case 'cancel':
        return this.closing.byStaff(tx, staff, call, caller, details);
      case 'decline':
        return this.decline(tx, staff, call, details);
    }
  }

  private async tell(
    tx: Transaction,
    event: 'call.accepted' | 'call.in_progress',
    before: LockedCall,
    staff: StaffPrincipal,
    changed: Promise<void>,
  ): Promise<CallView> {
    const [, view] = await Promise.all([changed, this.calls.view(tx, before.id)]);
    this.journal.append(tx, event, view, staff, { from: before.state });
    return view;
  }

  /** A declined call goes to the next nurse at once. */
  private async decline(tx: Transaction, staff: StaffPrincipal, call: LockedCall, details: CommandDetails): Promise<CallView> {
    const [, , view] = await Promise.all([
      this.calls.markDeclined(tx, call.id, staff.id, details),
      call.state === 'accepted' ? this.calls.reopen(tx, call.id) : undefined,
      this.calls.view(tx, call.id),
    ]);
    const code = details.code === undefined ? {} : { code: details.code };
    this.journal.append(tx, 'call.declined', view, staff, { from: call.state, ...code });
    return this.escalation.redispatch(tx, call, staff, call.state, 'declined');
  }
}
