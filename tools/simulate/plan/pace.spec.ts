import { describe, expect, it } from 'vitest';
import { delayOf, longestCareMs, paceFor } from './pace.js';
import { seededRandom } from './random.js';

describe('paceFor', () => {
  it('leaves the pace alone where stations are plenty', () => {
    expect(paceFor(1, 600, 300)).toBe(1);
    expect(paceFor(0.5, 600, 300)).toBe(0.5);
  });

  it('hurries the nurses where presses would otherwise all be repeats', () => {
    expect(paceFor(1, 6000, 30)).toBeLessThan(0.02);
  });
});

describe('delayOf', () => {
  it('stays within its ends, around its median', () => {
    const random = seededRandom(7);
    const delays = Array.from({ length: 5000 }, () => delayOf('accept', 2, random)).sort((a, b) => a - b);
    expect(delays[0]).toBeGreaterThanOrEqual(1000);
    expect(delays.at(-1)).toBeLessThanOrEqual(20_000);
    expect(delays[2500]).toBeGreaterThan(4700);
    expect(delays[2500]).toBeLessThan(5300);
    expect(longestCareMs(2)).toBe(66_000);
  });
});
