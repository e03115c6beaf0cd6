import { describe, expect, it } from 'vitest';
import { CALL_STATES, type CallState } from './call.js';
import { type CallCommand, transition } from './call-states.js';

const COMMANDS: CallCommand[] = ['accept', 'decline', 'arrive', 'complete', 'cancel'];

/** The table of domain.md, row by row. */
const ALLOWED: Record<string, CallState> = {
  'pending accept': 'accepted',
  'pending arrive': 'in_progress',
  'accepted arrive': 'in_progress',
  'in_progress arrive': 'in_progress',
  'pending decline': 'pending',
  'accepted decline': 'pending',
  'in_progress complete': 'completed',
  'pending cancel': 'cancelled',
  'accepted cancel': 'cancelled',
  'in_progress cancel': 'cancelled',
};

describe('transition', () => {
  for (const state of CALL_STATES) {
    for (const command of COMMANDS) {
      const to = ALLOWED[`${state} ${command}`];
      it(`${command} of a ${state} call: ${to ?? 'refused'}`, () => {
        const result = transition(state, command);
        if (to === undefined) expect(result).toHaveProperty('refused');
        else expect(result).toEqual({ to });
      });
    }
  }

  it('says why: closed, accepted by somebody, or simply not now', () => {
    expect(transition('completed', 'accept')).toMatchObject({ refused: 'CALL_CLOSED' });
    expect(transition('cancelled', 'cancel')).toMatchObject({ refused: 'CALL_CLOSED' });
    expect(transition('accepted', 'accept')).toMatchObject({ refused: 'CALL_ALREADY_ACCEPTED' });
    expect(transition('in_progress', 'accept')).toMatchObject({ refused: 'CALL_ALREADY_ACCEPTED' });
    expect(transition('pending', 'complete')).toMatchObject({ refused: 'CALL_STATE_CONFLICT' });
  });
});
