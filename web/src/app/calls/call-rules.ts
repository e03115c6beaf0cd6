import type { CallView, Directory } from '@wardline/client';

export type CallType = Directory['call_types'][number];

/** The person at this screen, in the department of a call. */
export interface Me {
  readonly id: string;
  /** The capabilities of their role. */
  readonly capabilities: readonly string[];
  readonly isOnDuty: boolean;
}

export type Action = 'accept' | 'decline' | 'arrive' | 'complete' | 'cancel' | 'reassign';

const leads = ({ capabilities }: Me): boolean => capabilities.includes('call.lead');
const isPermitted = ({ capabilities, isOnDuty }: Me, action: Action): boolean =>
  capabilities.includes(`call.${action}`) || (isOnDuty && action !== 'reassign' && action !== 'decline');
const isPresent = (me: Me, { state, present_by }: CallView): boolean =>
  state === 'in_progress' && (present_by === `staff:${me.id}` || present_by === me.id);

/** Asked, and not withdrawn since. */
export function isAsked(me: Me, { recipients }: CallView): boolean {
  return recipients.some(({ staff_id, withdrawn_at }) => staff_id === me.id && withdrawn_at === null);
}

/** A call waits for this person: it asks them, or they hold it. */
export function isMine(me: Me, call: CallView, rank: number): boolean {
  return rings(me, call, rank) || call.accepted_by === me.id || isPresent(me, call);
}

/** A call sounds for those whom it asks. An urgent one goes on for the others when one has accepted, until somebody is there. */
export function rings(me: Me, call: CallView, rank: number): boolean {
  if (!isAsked(me, call)) return false;
  return call.state === 'pending' || (rank >= 2 && call.state === 'accepted' && call.accepted_by !== me.id);
}

/** True when the type's policy lets the person cancel without a reason; a manager or an administrator may with one. */
export function cancelsFreely(me: Me, call: CallView, policy: CallType['cancel_policy']): boolean {
  switch (policy) {
    case 'on_duty_or_station':
    case 'on_duty':
      return me.isOnDuty;
    case 'present':
      return me.isOnDuty && isPresent(me, call);
    case 'station_or_present':
      return isPresent(me, call);
    case 'station_or_complete':
      return false;
  }
}

/** The actions to offer, in the order of their places on a card. The server decides; what it would surely refuse is left out. */
export function actionsOf(me: Me, call: CallView, type: CallType | undefined): Action[] {
  const isTaker = isAsked(me, call) || me.isOnDuty || leads(me);
  const holds = call.accepted_by === me.id;
  const actions: Action[] = [];
  if (call.state === 'pending' && isTaker) actions.push('accept');
  if (call.state === 'accepted' && isTaker) actions.push('arrive');
  if (call.state === 'in_progress') {
    const byStation = call.present_by?.startsWith('station:') === true;
    if (isPresent(me, call) || leads(me) || (byStation && (me.isOnDuty || holds))) actions.push('complete');
    // A colleague takes over; the person who is there says so again.
    if (isTaker) actions.push('arrive');
  }
  if ((call.state === 'pending' && isAsked(me, call)) || (call.state === 'accepted' && holds)) actions.push('decline');
  if (call.state === 'pending' && isTaker) actions.push('arrive');
  if (leads(me) || (type && cancelsFreely(me, call, type.cancel_policy))) actions.push('cancel');
  actions.push('reassign');
  return actions.filter((one) => isPermitted(me, one));
}
