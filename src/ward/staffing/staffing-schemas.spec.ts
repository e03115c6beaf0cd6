import { describe, expect, it } from 'vitest';
import { exclusionBody } from './staffing-schemas.js';

const bodyWith = (reason: string) => ({ staff_id: '0190d3c0-0000-7000-8000-000000000001', until: '2026-11-29T12:00:00Z', reason });

describe('the reason of an exclusion', () => {
  it('is free text: trimmed, and NFC', () => {
    expect(exclusionBody.parse(bodyWith(' Mu\u0308ller ')).reason).toBe('M\u00fcller');
  });

  it.each([
    ['a lone surrogate', 'broken \ud800'],
    ['NUL', 'a\0b'],
    ['nothing', '  '],
    ['501 characters', 'x'.repeat(501)],
  ])('is refused with %s', (_, reason) => {
    expect(exclusionBody.safeParse(bodyWith(reason)).success).toBe(false);
  });
});
