import { can } from '../../identity/access/capabilities.js';
import type { Role } from '../../identity/access/principal.js';
import { DomainError, notPermitted } from '../../platform/common/errors.js';
import type { CancelPolicy } from '../hospital/entities/call-type.entity.js';
import type { CallCommand } from './call-states.js';
import type { CallState } from './call.js';

/** From this rank on presence is shown at the bedside, not claimed from a phone, and a call stops the clocks of the less urgent ones. */
export const BEDSIDE_PRESENCE_RANK = 2;

/** A person's relation to a call, as the database has it at the moment of the command. */
export interface CallerContext {
  staffId: string;
  role: Role;
  /** A member of the call's department. An administrator counts as one everywhere. */
  isMember: boolean;
  isOnDuty: boolean;
  isRecipient: boolean;
  /** Presence may be shown by the person's own arrival: at urgent calls only where no station of the room is there or heard. */
  showsPresence: boolean;
}

/** The facts of a call on which permissions depend. */
export interface CallFacts {
  state: CallState;
  rank: number;
  cancelPolicy: CancelPolicy;
  acceptedBy: string | null;
  /** `staff:<id>` or `station:<id>`. */
  presentBy: string | null;
}

function forbidden(reason: string, message: string): DomainError {
  return new DomainError('FORBIDDEN', message, { details: { reason } });
}

/** A manager of the department, or an administrator. */
function leads(who: CallerContext): boolean {
  return can(who, 'call.lead');
}

function isPresent({ staffId }: CallerContext, { state, presentBy }: CallFacts): boolean {
  return state === 'in_progress' && presentBy === `staff:${staffId}`;
}

/** Permits any recipient, any on-duty nurse of the department, its managers, and administrators. */
function requireTaker(who: CallerContext): void {
  if (who.isRecipient || who.isOnDuty || leads(who)) return;
  throw forbidden('not_on_duty', 'start your shift first');
}

function requireDecliner(who: CallerContext, { state, acceptedBy }: CallFacts): void {
  if (state === 'accepted' ? acceptedBy === who.staffId : who.isRecipient) return;
  throw forbidden('not_asked', 'only a recipient, or who accepted, can decline');
}

function requireArriver(who: CallerContext): void {
  requireTaker(who);
  if (!who.showsPresence) {
    throw forbidden('presence_at_bedside', "presence for this kind of call is shown at the room's station");
  }
}

/** A presence that a station showed names nobody: then any on-duty nurse of the department may complete. */
function requireCompleter(who: CallerContext, facts: CallFacts): void {
  const shownAtStation = facts.presentBy?.startsWith('station:') ?? false;
  const isTheirs = shownAtStation ? who.isOnDuty || facts.acceptedBy === who.staffId : isPresent(who, facts);
  if (isTheirs || leads(who)) return;
  throw forbidden('not_present', 'only who is present, or a manager, can complete');
}

/** True when the type's own policy lets this person cancel; otherwise only a manager may, with a reason. */
export function mayCancel(who: CallerContext, facts: CallFacts): boolean {
  switch (facts.cancelPolicy) {
    case 'on_duty_or_station':
    case 'on_duty':
      return who.isOnDuty;
    case 'present':
      return who.isOnDuty && isPresent(who, facts);
    case 'station_or_present':
      return isPresent(who, facts);
    case 'station_or_complete':
      return false;
  }
}

/** True when the type's policy lets the station that placed the call cancel it. */
export function stationMayCancel(policy: CancelPolicy): boolean {
  return policy === 'on_duty_or_station' || policy === 'station_or_present' || policy === 'station_or_complete';
}

/** A cancel outside the type's policy is a remote cancel: a manager's or an administrator's, with a reason. */
function requireCanceller(who: CallerContext, facts: CallFacts, reason: string | undefined): void {
  if (mayCancel(who, facts)) return;
  if (!leads(who)) throw forbidden('cancel_policy', 'this kind of call cannot be cancelled by you');
  if (reason === undefined) throw new DomainError('REASON_REQUIRED', 'a remote cancel needs a reason');
}

/** @throws DomainError FORBIDDEN, with the rule in `details.reason`; REASON_REQUIRED */
export function requirePermission(command: CallCommand, who: CallerContext, facts: CallFacts, reason: string | undefined): void {
  // The shift was begun with the role of then: who is asked for calls must be able to answer them until it ends.
  if (!who.isOnDuty && !can(who, `call.${command}`)) throw notPermitted();
  switch (command) {
    case 'accept':
      requireTaker(who);
      return;
    case 'decline':
      requireDecliner(who, facts);
      return;
    case 'arrive':
      requireArriver(who);
      return;
    case 'complete':
      requireCompleter(who, facts);
      return;
    case 'cancel':
      requireCanceller(who, facts, reason);
  }
}
