import type { ErrorCode } from '../../platform/common/errors.js';
import type { CallState } from './call.js';

export type CallCommand = 'accept' | 'decline' | 'arrive' | 'complete' | 'cancel';

/** The states to which each command leads, by the state before. Other commands are refused. */
const TRANSITIONS: Readonly<Record<CallState, Partial<Record<CallCommand, CallState>>>> = {
  pending: { accept: 'accepted', decline: 'pending', arrive: 'in_progress', cancel: 'cancelled' },
  accepted: { decline: 'pending', arrive: 'in_progress', cancel: 'cancelled' },
  in_progress: { arrive: 'in_progress', complete: 'completed', cancel: 'cancelled' },
  completed: {},
  cancelled: {},
};

export type Transition = { to: CallState } | { refused: Extract<ErrorCode, `CALL_${string}`>; because: string };

/** The state to which `command` leads from `state`. Permission is checked elsewhere. */
export function transition(state: CallState, command: CallCommand): Transition {
  const to = TRANSITIONS[state][command];
  if (to !== undefined) return { to };
  if (state === 'completed' || state === 'cancelled') return { refused: 'CALL_CLOSED', because: `the call is ${state}` };
  if (command === 'accept') return { refused: 'CALL_ALREADY_ACCEPTED', because: 'somebody accepted the call first' };
  return { refused: 'CALL_STATE_CONFLICT', because: `${command} does not apply to a call that is ${state}` };
}
