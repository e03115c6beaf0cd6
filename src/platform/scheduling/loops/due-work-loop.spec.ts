import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../common/clock.js';
import type { Logger } from '../../logging/logger.js';
import type { DueLook, DueWork } from '../due-work.js';
import { DueWorkLoop } from './due-work-loop.js';
import { OutageWatch } from '../outage-watch.js';

const LOOK = {} as DueLook;

/** A loop over work whose rows and deadlines the test sets. */
function setUp(traits: Partial<DueWork> = {}) {
  const state = { rows: 0, ticks: 0, due: undefined as number | undefined };
  const work: DueWork = {
    name: 'work',
    isCore: true,
    handleOne: () => {
      if (state.rows > 0) {
        state.rows--;
        return Promise.resolve(true);
      }
      state.ticks++;
      return Promise.resolve(false);
    },
    nextDueIn: () => Promise.resolve(state.due),
    ...traits,
  };
  const clock = new SystemClock();
  return { loop: new DueWorkLoop(work, clock, {} as Logger, new OutageWatch(clock)), state };
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

describe('DueWorkLoop', () => {
  it('looks right after the start, and not before it', async () => {
    const { loop, state } = setUp();
    loop.wake();
    expect(await untilTick(state, 100)).toBeUndefined();
    loop.start();
    expect(await untilTick(state, 100)).toBe(5);
    // A wake before the start has no look of its own.
    expect(await untilTick(state, 2000)).toBe(900);
    await loop.stop();
  });

  it('handles all that is due in one tick', async () => {
    const { loop, state } = setUp();
    state.rows = 3;
    loop.start();
    await untilTick(state, 100);
    expect(state.rows).toBe(0);
    await loop.stop();
  });

  const pauses: [string, number | undefined, number][] = [
    ['no deadline is known', undefined, 900],
    ['the next deadline is far', 60_000, 900],
    ['the next deadline is near', 300, 300],
    ['the next deadline is about now', 1, 5],
    ['a due row is in the hands of another node', 0, 50],
  ];
  it.each(pauses)('where %s (%s ms), it pauses %i ms', async (_, due, pause) => {
    const { loop, state } = setUp();
    state.due = due;
    loop.start();
    await untilTick(state, 100);
    expect(await untilTick(state, 2000)).toBe(pause);
    await loop.stop();
  });

  it('goes on at once when it has handled a row, and another one is due', async () => {
    const { loop, state } = setUp();
    state.due = 0;
    loop.start();
    await untilTick(state, 100);
    state.rows = 1;
    expect(await untilTick(state, 100)).toBe(50);
    expect(await untilTick(state, 100)).toBe(5);
    await loop.stop();
  });

  it('waits for a look where it has one, unless a deadline is near', async () => {
    const { loop, state } = setUp({ look: LOOK });
    loop.start();
    await untilTick(state, 100);
    expect(await untilTick(state, 3000)).toBeUndefined();
    loop.found({ isDue: false, ms: 400, next: null });
    expect(await untilTick(state, 3000)).toBe(400);
    loop.found({ isDue: false, ms: 1001, next: null });
    loop.found({ isDue: false, ms: null, next: null });
    expect(await untilTick(state, 3000)).toBeUndefined();
    loop.found({ isDue: true, ms: 0, next: null });
    expect(await untilTick(state, 3000)).toBe(1);
    loop.found({ isDue: false, ms: 1000, next: null });
    expect(await untilTick(state, 3000)).toBe(1000);
    loop.found({ isDue: false, ms: 1, next: null });
    expect(await untilTick(state, 3000)).toBe(5);
    state.due = 1001;
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(await untilTick(state, 3000)).toBeUndefined();
    state.due = 1000;
    loop.wake();
    await vi.advanceTimersByTimeAsync(0);
    expect(await untilTick(state, 3000)).toBe(900);
    await loop.stop();
  });

  it('has one pause: the one that a look found last', async () => {
    const { loop, state } = setUp({ look: LOOK });
    loop.start();
    await untilTick(state, 100);
    loop.found({ isDue: false, ms: 400, next: null });
    loop.found({ isDue: false, ms: 100, next: null });
    expect(vi.getTimerCount()).toBe(1);
    expect(await untilTick(state, 3000)).toBe(100);
    expect(await untilTick(state, 3000)).toBeUndefined();
    await loop.stop();
  });

  it('hands what a look found next to the work that asks for it', () => {
    const looked = vi.fn();
    const { loop } = setUp({ look: LOOK, looked });
    const next = { id: 'x' } as never;
    loop.found({ isDue: false, ms: null, next });
    loop.found({ isDue: false, ms: null, next: null });
    expect(looked.mock.calls).toEqual([[next]]);
    expect(() => {
      setUp({ look: LOOK }).loop.found({ isDue: false, ms: null, next });
    }).not.toThrow();
  });

  it('looks once, however often it is woken in a pause', async () => {
    const { loop, state } = setUp({ look: LOOK });
    loop.start();
    await untilTick(state, 100);
    const { ticks } = state;
    loop.wake();
    loop.wake();
    expect(await untilTick(state, 10)).toBe(1);
    expect(await untilTick(state, 3000)).toBeUndefined();
    expect(state.ticks).toBe(ticks + 1);
    await loop.stop();
  });

  it('is heard from with each look', async () => {
    const { loop, state } = setUp({ look: LOOK });
    loop.start();
    await untilTick(state, 100);
    await vi.advanceTimersByTimeAsync(5000);
    expect(loop.silence).toBeGreaterThanOrEqual(5000);
    loop.found({ isDue: false, ms: null, next: null });
    expect(loop.silence).toBe(0);
    await loop.stop();
  });

  it('starts nothing after the stop', async () => {
    const { loop, state } = setUp();
    loop.start();
    await loop.stop();
    expect(vi.getTimerCount()).toBe(0);
    loop.wake();
    loop.found({ isDue: true, ms: 0, next: null });
    loop.found({ isDue: false, ms: 10, next: null });
    expect(vi.getTimerCount()).toBe(0);
    expect(await untilTick(state, 3000)).toBeUndefined();
  });

  it('shows what its work is', () => {
    const { loop } = setUp({ look: LOOK });
    expect([loop.name, loop.look, loop.isCore]).toEqual(['work', LOOK, true]);
    const plain = { name: 'plain', handleOne: () => Promise.resolve(false) };
    expect(new DueWorkLoop(plain, new SystemClock(), {} as Logger, new OutageWatch(new SystemClock())).isCore).toBe(false);
  });
});
