import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../common/clock.js';
import type { Logger } from '../../logging/logger.js';
import type { DueLook, DueWork } from '../due-work.js';
import { OutageWatch } from '../outage-watch.js';
import { DueWorkLoop } from './due-work-loop.js';

const LOOK = {} as DueLook;

/** A loop over core work that fails while the test says so. */
function setUp(traits: Partial<DueWork> = {}) {
  const state = { ticks: 0, failure: undefined as Error | undefined };
  const errors: unknown[] = [];
  const work: DueWork = {
    name: 'work',
    isCore: true,
    handleOne: () => {
      state.ticks++;
      return state.failure ? Promise.reject(state.failure) : Promise.resolve(false);
    },
    ...traits,
  };
  const logger = { error: (...line: unknown[]) => errors.push(line) } as unknown as Logger;
  const clock = new SystemClock();
  const outage = new OutageWatch(clock);
  return { loop: new DueWorkLoop(work, clock, logger, outage), state, errors, outage };
}

/** Milliseconds until the loop ticks again; undefined where it does not within `limit`. */
async function untilTick(state: { ticks: number }, limit: number): Promise<number | undefined> {
  const { ticks } = state;
  for (let ms = 1; ms <= limit; ms++) {
    await vi.advanceTimersByTimeAsync(1);
    if (state.ticks > ticks) return ms;
  }
  return undefined;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a loop whose work fails', () => {
  it('pauses longer after each failure, a second at most, and says so at the first and at each twentieth', async () => {
    const { loop, state, errors } = setUp();
    state.failure = new Error('no');
    loop.start();
    await untilTick(state, 100);
    const waits = [];
    for (let n = 0; n < 5; n++) waits.push(await untilTick(state, 5000));
    expect(waits).toEqual([250, 500, 750, 1000, 1000]);
    expect(errors).toEqual([['due_work.failed', { work: 'work', failures: 1, error: state.failure }]]);
    for (let n = 0; n < 14; n++) await untilTick(state, 5000);
    expect(errors.slice(1)).toEqual([['due_work.failed', { work: 'work', failures: 20, error: state.failure }]]);
    state.failure = undefined;
    await untilTick(state, 5000);
    expect(await untilTick(state, 5000)).toBe(900);
    state.failure = new Error('again');
    await untilTick(state, 5000);
    expect(errors.slice(2)).toEqual([['due_work.failed', { work: 'work', failures: 1, error: state.failure }]]);
    expect(await untilTick(state, 5000)).toBe(250);
    await loop.stop();
  });

  it('leaves failing work that the ward can do without for longer and longer, a minute at most', async () => {
    const { loop, state } = setUp({ isCore: false });
    state.failure = new Error('no');
    loop.start();
    await untilTick(state, 100);
    const waits = [];
    for (let n = 0; n < 10; n++) waits.push(await untilTick(state, 100_000));
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
    await loop.stop();
  });

  it('goes on by itself after a failure, whatever a look finds', async () => {
    const { loop, state } = setUp({ look: LOOK });
    state.failure = new Error('no');
    loop.start();
    await untilTick(state, 100);
    await vi.advanceTimersByTimeAsync(100);
    loop.found({ isDue: false, ms: 900, next: null });
    // A look that ran to its end is no sign that the work can be done.
    expect(loop.silence).toBeGreaterThanOrEqual(100);
    expect(await untilTick(state, 5000)).toBe(150);
    await loop.stop();
  });

  it('knows for how long it could do nothing', async () => {
    const { loop, state } = setUp();
    loop.start();
    await untilTick(state, 100);
    expect(loop.silence).toBeLessThan(10);
    state.failure = new Error('no');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(loop.silence).toBeGreaterThan(18_000);
    state.failure = undefined;
    await vi.advanceTimersByTimeAsync(2000);
    expect(loop.silence).toBeLessThan(1000);
    await loop.stop();
  });

  it('does nothing until an outage is settled, and tells of each failure that may be one', async () => {
    const { loop, state, outage } = setUp();
    const failed = vi.spyOn(outage, 'failed');
    let settle: () => void = () => undefined;
    vi.spyOn(outage, 'settled').mockReturnValueOnce(new Promise((resolve) => (settle = resolve)));
    state.failure = new Error('no');
    loop.start();
    expect(await untilTick(state, 1000)).toBeUndefined();
    settle();
    await vi.advanceTimersByTimeAsync(0);
    expect(state.ticks).toBe(1);
    expect(failed.mock.calls).toEqual([[state.failure]]);
    await loop.stop();
  });
});
