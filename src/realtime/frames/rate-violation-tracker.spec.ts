import { describe, expect, it } from 'vitest';
import { RateViolationTracker } from './rate-violation-tracker.js';

/** The time, in seconds, that ends the connection under a window of 10 s; -1: none. */
function endsAt(times: number[]): number {
  const violations = new RateViolationTracker();
  return times.findIndex((time) => violations.add(time * 1000, 10));
}

describe('RateViolationTracker', () => {
  it('a flood ends with the first refusal of its third window', () => {
    const times = Array.from({ length: 300 }, (_, index) => index / 10);
    expect(times[endsAt(times)]).toBe(20);
  });

  it.each([
    ['one window, however full', Array.from({ length: 1000 }, (_, index) => index / 101)],
    ['two in a row', [0, 1, 10, 19]],
    ['three with a clean one between', [0, 12, 33, 34]],
    ['a clean window between, to the second', [0, 20, 40, 60]],
    ['now and then', [0, 60, 120, 180, 240]],
  ])('%s: no end', (_, times) => {
    expect(endsAt(times)).toBe(-1);
  });

  it('three in a row with pauses between, less than a window each', () => {
    expect(endsAt([0, 15, 30])).toBe(2);
  });
});
