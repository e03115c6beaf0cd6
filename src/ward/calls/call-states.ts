import type { ErrorCode } from '../../platform/common/errors.js';
import type { CallState } from './call.js';

export type CallCommand = 'accept' | 'decline' | 'arrive' | 'complete' | 'cancel';

/** Which command leads from which state to which. What is not here is refused. */
const TRANSITIONS: Readonly<Record<CallState, Partial<Record<CallCommand, CallState>>>> = {
  pending: { accept: 'accepted', decline: 'pending', arrive: 'in_progress', cancel: 'cancelled' },
  accepted: { decline: 'pending', arrive: 'in_progress', cancel: 'cancelled' },
  in_progress: { arrive: 'in_progress', complete: 'completed', cancel: 'cancelled' },
  completed: {},
  cancelled: {},
};

export type Transition = { to: CallState } | { refused: Extract<ErrorCode, `CALL_${string}`>; because: string };

/** Where `command` leads from `state`. Who may give it is another question. */
export function transition(state: CallState, command: CallCommand): Transition {
  const to = TRANSITIONS[state][command];
  if (to !== undefined) return { to };
  if (state === 'completed' || state === 'cancelled') return { refused: 'CALL_CLOSED', because: `the call is ${state}` };
  if (command === 'accept') return { refused: 'CALL_ALREADY_ACCEPTED', because: 'somebody accepted the call first' };
  return { refused: 'CALL_STATE_CONFLICT', because: `${command} does not apply to a call that is ${state}` };
}
