import { describe, expect, it } from 'vitest';
import { isQuiet } from './quieted.js';

const seen = new Map([['call', 3]]);
const call = (state: 'pending' | 'accepted' | 'in_progress', version: number) => ({ id: 'call', state, version });

describe('a call that this person has accepted', () => {
  it('is quiet while the accept is on its way, and when a colleague was faster', () => {
    expect(isQuiet(seen, call('pending', 3))).toBe(true);
    expect(isQuiet(seen, call('accepted', 4))).toBe(true);
    expect(isQuiet(seen, call('in_progress', 5))).toBe(true);
  });
  it('sounds once it is pending again: nobody came', () => {
    expect(isQuiet(seen, call('pending', 5))).toBe(false);
  });
  it('is not quiet for having seen another', () => {
    expect(isQuiet(seen, { ...call('pending', 3), id: 'other' })).toBe(false);
  });
});
