import type { CallView } from '@wardline/client';
import { describe, expect, it } from 'vitest';
import { actionsOf, type CallType, isMine, type Me, rings } from './call-rules.js';

const CARE = ['accept', 'decline', 'arrive', 'complete', 'cancel'].map((one) => `call.${one}`);
const nurse: Me = { id: 'me', capabilities: CARE, isOnDuty: true };
const asked = [{ staff_id: 'me', role: 'nurse', since: '', reason: 'assigned', withdrawn_at: null }] as const;
const call = (fields: Partial<CallView>): CallView =>
  ({ state: 'pending', recipients: [...asked], accepted_by: null, present_by: null, ...fields }) as CallView;
const type = (cancel_policy: CallType['cancel_policy']) => ({ cancel_policy }) as CallType;

describe('a call', () => {
  it('rings for whom it asks, until it is taken or withdrawn', () => {
    expect(rings(nurse, call({}), 0)).toBe(true);
    expect(rings(nurse, call({ state: 'accepted', accepted_by: 'other' }), 0)).toBe(false);
    expect(rings(nurse, call({ recipients: [{ ...asked[0], withdrawn_at: 'now' }] }), 0)).toBe(false);
    expect(rings({ ...nurse, id: 'other' }, call({}), 0)).toBe(false);
  });

  it('of rank 2 rings on for the others when one has accepted, until somebody is there', () => {
    expect(rings(nurse, call({ state: 'accepted', accepted_by: 'other' }), 2)).toBe(true);
    expect(rings(nurse, call({ state: 'accepted', accepted_by: 'me' }), 2)).toBe(false);
    expect(rings(nurse, call({ state: 'in_progress', present_by: 'staff:other' }), 2)).toBe(false);
  });

  it('is mine while I hold it', () => {
    expect(isMine(nurse, call({ state: 'in_progress', recipients: [], present_by: 'staff:me' }), 0)).toBe(true);
    expect(isMine(nurse, call({ state: 'accepted', recipients: [], accepted_by: 'me' }), 0)).toBe(true);
    expect(isMine(nurse, call({ recipients: [] }), 0)).toBe(false);
  });

  it('offers what the rules allow', () => {
    expect(actionsOf(nurse, call({}), type('on_duty'))).toEqual(['accept', 'decline', 'arrive', 'cancel']);
    expect(actionsOf(nurse, call({}), type('station_or_complete'))).toEqual(['accept', 'decline', 'arrive']);
    expect(actionsOf(nurse, call({ state: 'accepted', accepted_by: 'me' }), type('present'))).toEqual(['arrive', 'decline']);
    expect(actionsOf(nurse, call({ state: 'in_progress', present_by: 'staff:me' }), type('present'))).toEqual([
      'complete',
      'arrive',
      'cancel',
    ]);
    expect(actionsOf({ ...nurse, isOnDuty: false }, call({ recipients: [] }), type('on_duty'))).toEqual([]);
    expect(
      actionsOf({ id: 'boss', capabilities: [...CARE, 'call.lead', 'call.reassign'], isOnDuty: false }, call({}), type('present')),
    ).toEqual([...['accept', 'arrive', 'cancel', 'reassign']]);
    expect(actionsOf({ id: 'me', capabilities: ['cleaning.order'], isOnDuty: false }, call({}), type('on_duty'))).toEqual([]);
  });
});
