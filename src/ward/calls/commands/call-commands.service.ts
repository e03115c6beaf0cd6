import { Injectable } from '@nestjs/common';
import { actorOf, type StaffPrincipal } from '../../../identity/access/principal.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { CallView, DeclineCode } from '../call.js';
import { CallAccess, visibleTo } from './call-access.service.js';
import { CallClosing, type ClosingDetails } from './call-closing.service.js';
import { CallEscalation } from '../ladder/call-escalation.service.js';
import { CallJournal } from '../call-journal.js';
import { CallLanes } from '../call-lanes.js';
import { requirePermission, type Standing } from '../call-permissions.js';
import type { CallCommand } from '../call-states.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';

/** What comes with a command. */
export interface CommandDetails extends ClosingDetails {
  /** The version that the caller saw. */
  version?: number | undefined;
  /** Why the person declines; in the event. */
  code?: DeclineCode | undefined;
}

/** What people do with a call after it was placed. Every command: lock the call, ask the rules, change it, append its event. */
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
    const work = async (tx: Transaction) => {
      const { call: locked, standing } = await this.access.lockFor(tx, staff, callId, command);
      await this.access.requireTransition(tx, locked, command);
      requirePermission(command, standing, locked, details.reason);
      await this.access.requireVersion(tx, locked, details.version);
      return this.carryOut(tx, staff, command, locked, standing, details);
    };
    // An answer that is given again must still be one that the person may see.
    const answer = this.lanes.onCall(callId, { by: staff, key, identity, work }).catch(async (error: unknown) => {
      if (command === 'accept') await this.access.acceptRefused(error, callId, staff.id);
      throw error;
    });
    return visibleTo(staff, answer);
  }

  private async carryOut(
    tx: Transaction,
    staff: StaffPrincipal,
    command: CallCommand,
    call: LockedCall,
    standing: Standing,
    details: CommandDetails,
  ): Promise<CallView> {
    switch (command) {
      case 'accept':
        await this.calls.accept(tx, call.id, staff.id);
        return this.tell(tx, 'call.accepted', call, staff);
      case 'arrive':
        await this.calls.arrive(tx, call.id, actorOf(staff), staff.id);
        return this.tell(tx, 'call.in_progress', call, staff);
      case 'complete':
        return this.closing.complete(tx, staff, call, details);
      case 'cancel':
        return this.closing.byStaff(tx, staff, call, standing, details);
      case 'decline':
        return this.decline(tx, staff, call, details);
    }
  }

  private async tell(
    tx: Transaction,
    event: 'call.accepted' | 'call.in_progress',
    before: LockedCall,
    staff: StaffPrincipal,
  ): Promise<CallView> {
    const view = await this.calls.view(tx, before.id);
    this.journal.append(tx, event, view, staff, { from: before.state });
    return view;
  }

  /** A declined call goes to the next nurse at once. */
  private async decline(tx: Transaction, staff: StaffPrincipal, call: LockedCall, details: CommandDetails): Promise<CallView> {
    await this.calls.markDeclined(tx, call.id, staff.id, details);
    if (call.state === 'accepted') await this.calls.reopen(tx, call.id);
    const code = details.code === undefined ? {} : { code: details.code };
    this.journal.append(tx, 'call.declined', await this.calls.view(tx, call.id), staff, { from: call.state, ...code });
    return this.escalation.passOn(tx, call, staff, call.state, 'declined');
  }
}
