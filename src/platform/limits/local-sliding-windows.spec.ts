import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Clock } from '../common/clock.js';
import type { Rate } from '../config/settings/setting.js';
import { LocalSlidingWindows } from './local-sliding-windows.js';

class FakeClock extends Clock {
  time = 0;
  override now(): number {
    return this.time;
  }
  override monotonic(): number {
    return this.time;
  }
}

function make(): { windows: LocalSlidingWindows; clock: FakeClock } {
  const clock = new FakeClock();
  return { windows: new LocalSlidingWindows(clock), clock };
}

/** The definition itself: how many of the allowed hits lie in the window that ends now. */
function inWindow(allowed: readonly number[], now: number, { seconds }: Rate): number {
  return allowed.filter((time) => time > now - seconds * 1000).length;
}

const arrivals = fc.array(fc.nat(400), { minLength: 1, maxLength: 300 });

describe('a sliding window', () => {
  it('allows exactly what the definition allows, and names the second from which on it will', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 4 }), arrivals, (count, seconds, gaps) => {
        const { windows, clock } = make();
        const limit = { count, seconds };
        const allowed: number[] = [];
        for (const gap of gaps) {
          clock.time += gap;
          const expected = inWindow(allowed, clock.time, limit) < count;
          expect(windows.peek('k', limit).allowed).toBe(expected);
          const verdict = windows.hit('k', limit);
          expect(verdict.allowed).toBe(expected);
          if (expected) allowed.push(clock.time);
          else {
            const later = clock.time + verdict.retryAfter * 1000;
            expect(inWindow(allowed, later, limit)).toBeLessThan(count);
            expect(inWindow(allowed, later - 1000, limit)).toBe(count);
          }
        }
      }),
    );
  });

  it('never allows more than count in any stretch of its length, and refuses at most a thousandth too early, however high the count', () => {
    const gapList = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 30, maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1001, max: 2000 }), gapList, (count, gaps) => {
        const { windows, clock } = make();
        const limit = { count, seconds: 1 };
        const allowed: number[] = [];
        for (const gap of gaps.flatMap((one) => Array<number>(100).fill(one / 4))) {
          clock.time += gap;
          if (windows.hit('k', limit).allowed) allowed.push(clock.time);
          else expect(inWindow(allowed, clock.time, { count, seconds: 1.001 })).toBeGreaterThanOrEqual(count);
          expect(inWindow(allowed, clock.time, limit)).toBeLessThanOrEqual(count);
        }
        expect(windows.held.entries).toBeLessThanOrEqual(1001);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps keys apart, and follows a limit that changes', () => {
    const { windows, clock } = make();
    const two = { count: 2, seconds: 10 };
    expect([windows.hit('a', two), windows.hit('a', two), windows.hit('b', two)].map(({ allowed }) => allowed)).toEqual([true, true, true]);
    expect(windows.hit('a', two)).toEqual({ allowed: false, retryAfter: 10 });
    expect(windows.hit('a', { count: 3, seconds: 10 }).allowed).toBe(true);
    clock.time = 4000;
    expect(windows.hit('a', { count: 1, seconds: 10 })).toEqual({ allowed: false, retryAfter: 6 });
    expect(windows.hit('a', { count: 1, seconds: 4 }).allowed).toBe(true);
  });

  it('without a limit allows all and remembers nothing', () => {
    const { windows } = make();
    for (let times = 0; times < 1000; times++) expect(windows.hit('a', null).allowed).toBe(true);
    expect(windows.held).toEqual({ keys: 0, entries: 0 });
  });
});

describe('the memory of all windows', () => {
  it('is bounded in keys and in entries, and those lately used are kept', () => {
    const { windows, clock } = make();
    const limit = { count: 100, seconds: 3600 };
    windows.hit('mine', { count: 1, seconds: 3600 });
    for (let key = 0; key < 60_000; key++) {
      clock.time++;
      for (let times = 0; times < (key % 10 === 0 ? 100 : 20); times++) windows.hit(String(key), limit);
      if (key % 1000 === 0) expect(windows.hit('mine', { count: 1, seconds: 3600 }).allowed).toBe(false);
    }
    expect(windows.held.keys).toBeLessThanOrEqual(50_000);
    expect(windows.held.entries).toBeLessThanOrEqual(1_000_000);
    expect(windows.held.entries).toBeGreaterThan(900_000);
  });

  it('empties by itself while it is used', () => {
    const { windows, clock } = make();
    const limit = { count: 5, seconds: 1 };
    for (let key = 0; key < 1000; key++) windows.hit(`old ${String(key)}`, limit);
    clock.time = 2000;
    for (let key = 0; key < 600; key++) windows.hit('new', { count: 1000, seconds: 1 });
    expect(windows.held.keys).toBe(1);
  });
});
