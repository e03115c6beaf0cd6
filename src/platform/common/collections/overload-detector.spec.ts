import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OverloadDetector } from './overload-detector.js';

/** The shortest wait that is late. */
const LATE = 1001;

let start: number;
let detector: OverloadDetector;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
  start = performance.now();
  detector = new OverloadDetector();
});
afterEach(() => {
  vi.useRealTimers();
});

function come(at: number, count: number): void {
  for (let n = 0; n < count; n += 1) detector.arrived(start + at);
}

/** The turn of one that has waited so long. */
const turn = (at: number, waited: number) => detector.admits(start + at - waited, start + at);

describe('overload', () => {
  it('begins when turns were late for more than a second and a half, and refuses only what has waited for more than a second', () => {
    come(0, 10);
    expect(turn(100, LATE)).toBe(true);
    expect(turn(1600, LATE)).toBe(true);
    expect(turn(1601, LATE)).toBe(false);
    expect(turn(1601, LATE - 1)).toBe(true);
  });

  it('does not begin where one had its turn in time meanwhile', () => {
    come(0, 10);
    expect(turn(100, LATE)).toBe(true);
    expect(turn(1500, LATE - 1)).toBe(true);
    expect(turn(1700, LATE)).toBe(true);
  });

  it('goes on, once it has begun, when one has its turn in time', () => {
    come(0, 10);
    turn(100, LATE);
    expect(turn(1601, LATE - 1)).toBe(true);
    expect(turn(1602, LATE)).toBe(false);
  });

  it('ends when nobody waits: the next ones are late for as long before one is refused', () => {
    come(0, 10);
    turn(100, LATE);
    expect(turn(1601, LATE)).toBe(false);
    detector.emptied();
    come(1700, 10);
    expect(turn(1800, LATE)).toBe(true);
    come(2900, 10);
    expect(turn(3300, LATE)).toBe(true);
    expect(turn(3301, LATE)).toBe(false);
  });

  it.each([
    ['as many as were let in is none', 2, true],
    ['one more than were let in is one', 3, false],
  ])('where there came %s', (_, count, isAdmitted) => {
    come(0, count);
    turn(100, LATE);
    turn(200, LATE);
    expect(turn(1601, LATE)).toBe(isAdmitted);
  });

  it('does not count those that are refused as let in', () => {
    come(0, 2);
    turn(100, LATE);
    expect(turn(1601, LATE)).toBe(false);
    expect(turn(1602, LATE)).toBe(false);
  });

  it('counts what came in this second and in the one before, and nothing older', () => {
    come(0, 9);
    turn(100, LATE);
    expect(turn(1999, LATE)).toBe(false);
    expect(turn(2000, LATE)).toBe(true);
  });

  it('counts nothing of before a pause', () => {
    come(0, 9);
    turn(100, LATE);
    expect(turn(5000, LATE)).toBe(true);
    come(5500, 1);
    // One more was let in than had come since the pause.
    expect(turn(5600, LATE)).toBe(true);
    come(5700, 2);
    expect(turn(5800, LATE)).toBe(false);
  });

  it('counts one that comes in the second in which it came, whatever came before', () => {
    come(0, 1);
    turn(100, LATE);
    come(1900, 1);
    expect(turn(2999, LATE)).toBe(false);
    expect(turn(3000, LATE)).toBe(true);
  });
});
