import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../common/clock.js';
import type { Logger } from '../../logging/logger.js';
import type { DueLook, DueWork } from '../due-work.js';
import { OutageWatch } from '../outage-watch.js';
import { DueWorkLoop } from './due-work-loop.js';

/** A loop that waits for looks, and whose rows the test holds: `end` tells the oldest one in hand whether there was anything to do. */
function setUp(traits: Partial<DueWork> = {}) {
  const held: ((isDone: boolean) => void)[] = [];
  const state = { begun: 0, end: (isDone: boolean) => held.shift()?.(isDone) };
  const work: DueWork = {
    name: 'work',
    handleOne: () => {
      state.begun++;
      return new Promise((resolve) => held.push(resolve));
    },
    look: {} as DueLook,
    ...traits,
  };
  const clock = new SystemClock();
  return { loop: new DueWorkLoop(work, clock, {} as Logger, new OutageWatch(clock)), state };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('while rows are in hand, a loop of due work', () => {
  it('begins no other tick, and looks once more after it, however often it was woken', async () => {
    const { loop, state } = setUp();
    loop.start();
    await vi.advanceTimersByTimeAsync(5);
    loop.wake();
    loop.wake();
    expect(vi.getTimerCount()).toBe(0);
    state.end(false);
    await vi.advanceTimersByTimeAsync(0);
    expect(state.begun).toBe(2);
    state.end(false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.begun).toBe(2);
    await loop.stop();
  });

  it('does nothing about a look: it may have been made before the rows were handled', async () => {
    const looked = vi.fn();
    const { loop, state } = setUp({ looked });
    loop.start();
    await vi.advanceTimersByTimeAsync(105);
    const { silence } = loop;
    loop.found({ isDue: true, ms: 0, next: null });
    loop.found({ isDue: false, ms: 400, next: { id: 'x' } });
    expect([vi.getTimerCount(), loop.silence]).toEqual([0, silence]);
    expect(looked.mock.calls).toEqual([[{ id: 'x' }]]);
    state.end(false);
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.begun).toBe(1);
    await loop.stop();
  });

  it('is heard from with each row', async () => {
    const { loop, state } = setUp();
    loop.start();
    await vi.advanceTimersByTimeAsync(5);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(loop.silence).toBeGreaterThanOrEqual(20_000);
    state.end(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(loop.silence).toBe(0);
    const stopped = loop.stop();
    state.end(false);
    await vi.advanceTimersByTimeAsync(0);
    state.end(false);
    await stopped;
  });

  it.each([
    [1, undefined],
    [3, 3],
  ])('has %i at most of work that says %s', async (most, concurrency) => {
    const { loop, state } = setUp(concurrency === undefined ? {} : { concurrency });
    loop.start();
    await vi.advanceTimersByTimeAsync(5);
    expect(state.begun).toBe(1);
    for (let n = 1; n <= 5; n++) {
      state.end(true);
      await vi.advanceTimersByTimeAsync(0);
    }
    expect(state.begun - 5).toBe(most);
    const stopped = loop.stop();
    for (let n = 1; n <= most; n++) state.end(false);
    await stopped;
  });

  it('stops when the one in hand is over, and begins none after it', async () => {
    const { loop, state } = setUp();
    loop.start();
    await vi.advanceTimersByTimeAsync(5);
    let isStopped = false;
    const stopped = loop.stop().then(() => (isStopped = true));
    await vi.advanceTimersByTimeAsync(1000);
    expect(isStopped).toBe(false);
    loop.wake();
    state.end(true);
    await stopped;
    await vi.advanceTimersByTimeAsync(3000);
    expect(state.begun).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
