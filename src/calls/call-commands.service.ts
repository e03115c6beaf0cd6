import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { DepartmentAccess } from '../auth/department-access.js';
import { actorOf, belongsTo, type StaffPrincipal, type StationPrincipal } from '../auth/principal.js';
import { IdempotentCommands } from '../commands/idempotent-commands.js';
import { DomainError, notFound } from '../common/errors.js';
import type { Transaction } from '../database/transactions.js';
import { ShiftsService } from '../staffing/shifts.service.js';
import type { CallView } from './call.js';
import { CallJournal } from './call-journal.js';
import { CallEscalation } from './call-escalation.service.js';
import { CallMetrics } from './call-metrics.js';
import { mayCancel, requirePermission, type Standing, stationMayCancel } from './call-permissions.js';
import { type CallCommand, transition } from './call-states.js';
import { CallsRepository, type LockedCall } from './calls.repository.js';

/** What comes with a command. */
export interface CommandDetails {
  /** The version that the caller saw. */
  version?: number | undefined;
  /** Free text; kept in the record, never in an event. */
  reason?: string | undefined;
}

/** What happens to a call after it was placed. Every command: lock the call, ask the rules, change it, append its event. */
@Injectable()
export class CallCommandsService {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly calls: CallsRepository,
    private readonly escalation: CallEscalation,
    private readonly shifts: ShiftsService,
    private readonly journal: CallJournal,
    private readonly audit: AuditLog,
    private readonly access: DepartmentAccess,
    private readonly metrics: CallMetrics,
  ) {}

  /**
   * A person's command.
   * @throws DomainError NOT_FOUND; CALL_ALREADY_ACCEPTED, CALL_CLOSED, CALL_STATE_CONFLICT, CALL_VERSION_STALE with
   * `details.call`; FORBIDDEN; REASON_REQUIRED
   */
  async execute(staff: StaffPrincipal, command: CallCommand, callId: string, details: CommandDetails, key: string): Promise<CallView> {
    const identity = { type: `call.${command}`, callId, ...details };
    const call = await this.commands.run(actorOf(staff), key, identity, async (tx) => {
      const locked = await this.calls.lock(tx, callId);
      const standing = locked && (await this.standing(tx, staff, locked, command));
      if (!locked || !standing?.isMember) throw locked ? this.access.deny('call') : notFound('call');
      await this.requireTransition(tx, locked, command);
      requirePermission(command, standing, locked, details.reason);
      await this.requireVersion(tx, locked, details.version);
      await this.change(tx, staff, command, locked, details);
      if (command === 'cancel' && !mayCancel(standing, locked)) this.auditRemoteCancel(tx, staff, locked);
      return this.tell(tx, staff, command, locked, standing);
    });
    // An answer that is given again must still be one that the person may see.
    if (!belongsTo(staff, call.dept)) throw notFound('call');
    return call;
  }

  /** The station that placed the call takes it back. @throws DomainError NOT_FOUND, FORBIDDEN, CALL_CLOSED */
  cancelAtStation(station: StationPrincipal, callId: string, key: string | undefined): Promise<CallView> {
    return this.commands.run(actorOf(station), key, { type: 'call.cancel', callId }, async (tx) => {
      const locked = await this.calls.lock(tx, callId);
      if (locked?.stationId !== station.id) throw notFound('call');
      await this.requireTransition(tx, locked, 'cancel');
      if (!stationMayCancel(locked.cancelPolicy)) {
        throw new DomainError('FORBIDDEN', 'this kind of call is not cancelled at the station', { details: { reason: 'cancel_policy' } });
      }
      await this.calls.cancel(tx, callId, actorOf(station), undefined);
      const view = await this.calls.view(tx, callId);
      this.journal.append(tx, 'call.cancelled', view, station, { from: locked.state });
      return view;
    });
  }

  /** Somebody shows at the bedside that they are there. It names nobody: who accepted stays who accepted. */
  showPresence(station: StationPrincipal, callId: string, key: string | undefined): Promise<CallView> {
    return this.commands.run(actorOf(station), key, { type: 'call.presence', callId }, async (tx) => {
      const locked = await this.calls.lock(tx, callId);
      if (locked?.roomId !== station.roomId) throw notFound('call');
      await this.requireTransition(tx, locked, 'arrive');
      await this.calls.arrive(tx, callId, actorOf(station), null);
      const view = await this.calls.view(tx, callId);
      this.journal.append(tx, 'call.in_progress', view, station, { from: locked.state });
      return view;
    });
  }

  /** Declining does not depend on duty, and goes on to lock the queue: it must not hold the shift before. */
  private async standing(tx: Transaction, staff: StaffPrincipal, call: LockedCall, command: CallCommand): Promise<Standing | undefined> {
    const standing = await this.calls.standing(tx, staff.id, call);
    const isOnDuty = command !== 'decline' && (await this.shifts.isOnDuty(tx, staff.id, call.dept));
    return standing && { ...standing, isOnDuty };
  }

  private async requireTransition(tx: Transaction, call: LockedCall, command: CallCommand): Promise<void> {
    const next = transition(call.state, command);
    if ('refused' in next) throw await this.conflict(tx, call, next.refused, next.because);
  }

  private async requireVersion(tx: Transaction, call: LockedCall, version: number | undefined): Promise<void> {
    if (version === undefined || version === call.version) return;
    throw await this.conflict(tx, call, 'CALL_VERSION_STALE', 'the call has changed since');
  }

  private async conflict(tx: Transaction, call: LockedCall, code: DomainError['code'], message: string): Promise<DomainError> {
    return new DomainError(code, message, { details: { call: await this.calls.view(tx, call.id) } });
  }

  private async change(
    tx: Transaction,
    staff: StaffPrincipal,
    command: CallCommand,
    call: LockedCall,
    details: CommandDetails,
  ): Promise<void> {
    switch (command) {
      case 'accept':
        await this.calls.accept(tx, call.id, staff.id);
        return;
      case 'arrive':
        await this.calls.arrive(tx, call.id, actorOf(staff), staff.id);
        return;
      case 'complete':
        await this.calls.complete(tx, call.id, staff.id);
        return;
      case 'cancel':
        await this.calls.cancel(tx, call.id, actorOf(staff), details.reason);
        return;
      case 'decline':
        await this.calls.markDeclined(tx, call.id, staff.id);
        if (call.state === 'accepted') await this.calls.reopen(tx, call.id);
    }
  }

  private async tell(
    tx: Transaction,
    staff: StaffPrincipal,
    command: CallCommand,
    before: LockedCall,
    standing: Standing,
  ): Promise<CallView> {
    if (command === 'decline') return this.passOn(tx, staff, before);
    const view = await this.calls.view(tx, before.id);
    const from = before.state;
    if (command === 'accept') {
      this.journal.append(tx, 'call.accepted', view, staff, { from });
      tx.afterCommit(() => {
        this.metrics.accepted(view);
      });
    }
    if (command === 'arrive') this.journal.append(tx, 'call.in_progress', view, staff, { from });
    if (command === 'complete') this.journal.append(tx, 'call.completed', view, staff, { from });
    if (command === 'cancel')
      this.journal.append(tx, 'call.cancelled', view, staff, mayCancel(standing, before) ? { from } : { from, reason: 'remote_cancel' });
    return view;
  }

  /** A declined call goes to the next nurse at once. */
  private async passOn(tx: Transaction, staff: StaffPrincipal, before: LockedCall): Promise<CallView> {
    this.journal.append(tx, 'call.declined', await this.calls.view(tx, before.id), staff, { from: before.state });
    return this.escalation.passOn(tx, before, staff, before.state, 'declined');
  }

  private auditRemoteCancel(tx: Transaction, staff: StaffPrincipal, call: LockedCall): void {
    this.audit.append(tx, {
      actor: actorOf(staff),
      action: 'call.remote_cancel',
      target: `call:${call.id}`,
      result: 'ok',
      detail: { dept: call.dept, type: call.type },
    });
  }
}
