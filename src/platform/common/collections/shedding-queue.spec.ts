import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SheddingQueue } from './shedding-queue.js';

/** Ends of waits: the number of each waiter that was let in, or its refusal. */
function waiters(queue: SheddingQueue) {
  const admitted: number[] = [];
  const refused: number[] = [];
  let count = 0;
  return {
    admitted,
    refused,
    arrive: (until?: number) => {
      const number = (count += 1);
      queue.wait(until).then(
        () => admitted.push(number),
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1, message: 'others are waiting for the same, try again' });
          refused.push(number);
        },
      );
    },
  };
}

describe('a queue that sheds what is late', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('carries a burst to its end, however late its last one is', async () => {
    const queue = new SheddingQueue({ maxWaiting: 1000, patienceMs: 60_000 });
    const { arrive, admitted, refused } = waiters(queue);
    for (let n = 0; n < 900; n += 1) arrive();
    // 100 a second: the last one waits nine seconds. Nobody comes behind it, so nothing is gained by a refusal.
    while (queue.admitNext()) await vi.advanceTimersByTimeAsync(10);
    expect(admitted).toHaveLength(900);
    expect(refused).toEqual([]);
  });

  it('carries all that came while nothing moved, and refuses none of it', async () => {
    const queue = new SheddingQueue({ maxWaiting: 1000, patienceMs: 8000 });
    const { arrive, admitted, refused } = waiters(queue);
    for (let n = 0; n < 100; n += 1) arrive();
    await vi.advanceTimersByTimeAsync(7000);
    for (let n = 0; n < 20; n += 1) arrive();
    while (queue.admitNext()) await vi.advanceTimersByTimeAsync(10);
    expect(admitted).toHaveLength(120);
    expect(refused).toEqual([]);
  });

  it('carries as many in time as it can when twice as many come, and refuses the others', async () => {
    const queue = new SheddingQueue({ maxWaiting: 10_000, patienceMs: 8000 });
    const { arrive, admitted, refused } = waiters(queue);
    for (let tick = 0; tick < 2000; tick += 1) {
      arrive();
      arrive();
      expect(queue.admitNext()).toBe(true);
      await vi.advanceTimersByTimeAsync(10);
    }
    expect(admitted).toHaveLength(2000);
    expect(refused.length).toBeGreaterThan(1700);
    // Each waits little longer than a second in the end: at most what has come in it is still there.
    expect(queue.length).toBeLessThan(220);
    // The overload is over: the rest is carried, and the next burst is a burst.
    while (queue.admitNext()) await vi.advanceTimersByTimeAsync(1);
    const before = refused.length;
    for (let n = 0; n < 200; n += 1) arrive();
    await vi.advanceTimersByTimeAsync(2000);
    while (queue.admitNext());
    await vi.advanceTimersByTimeAsync(0);
    expect(refused).toHaveLength(before);
  });

  it('refuses one too many at once, and each that has waited to the end of its patience', async () => {
    let shed = 0;
    const queue = new SheddingQueue({ maxWaiting: 2, patienceMs: 8000, onShed: () => (shed += 1) });
    const { arrive, admitted, refused } = waiters(queue);
    arrive();
    arrive();
    arrive();
    await vi.advanceTimersByTimeAsync(7999);
    expect(refused).toEqual([3]);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual([3, 1, 2]);
    expect(shed).toBe(3);
    expect(queue.admitNext()).toBe(false);
    expect(admitted).toEqual([]);
  });

  it('forgets one that is let in: its patience ends nobody’s wait, and nothing is counted', async () => {
    let shed = 0;
    const queue = new SheddingQueue({ maxWaiting: 2, patienceMs: 8000, onShed: () => (shed += 1) });
    const { arrive, admitted, refused } = waiters(queue);
    arrive();
    expect(queue.admitNext()).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(7999);
    arrive();
    await vi.advanceTimersByTimeAsync(1);
    expect(queue.length).toBe(1);
    expect([admitted, refused, shed]).toEqual([[1], [], 0]);
  });

  it('loses the one whose patience ends, and keeps the others in their order', async () => {
    const queue = new SheddingQueue({ maxWaiting: 3, patienceMs: 8000 });
    const { arrive, admitted, refused } = waiters(queue);
    arrive();
    // Its time was used up in another queue.
    arrive(performance.now() + 100);
    arrive();
    await vi.advanceTimersByTimeAsync(99);
    expect(queue.length).toBe(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual([2]);
    expect(queue.length).toBe(2);
    arrive();
    while (queue.admitNext());
    await vi.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual([1, 3, 4]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no negative time for one that comes when its time is over: Node would warn', async () => {
    const wait = vi.spyOn(globalThis, 'setTimeout');
    const queue = new SheddingQueue({ maxWaiting: 1, patienceMs: 8000 });
    const { arrive, refused } = waiters(queue);
    arrive(performance.now() - 5);
    expect(wait.mock.calls.map(([, ms]) => ms)).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(refused).toEqual([1]);
  });

  it('has a place again for each that was let in', async () => {
    const queue = new SheddingQueue({ maxWaiting: 1, patienceMs: 8000 });
    const { arrive, admitted, refused } = waiters(queue);
    arrive();
    arrive();
    queue.admitNext();
    arrive();
    queue.admitNext();
    await vi.advanceTimersByTimeAsync(0);
    expect([admitted, refused]).toEqual([[1, 3], [2]]);
  });

  it('refuses the late ones of an overload before one that is in time, counts each, and is overloaded no more when it is empty', async () => {
    let shed = 0;
    const queue = new SheddingQueue({ maxWaiting: 100, patienceMs: 60_000, onShed: () => (shed += 1) });
    const { arrive, admitted, refused } = waiters(queue);
    for (let n = 1; n <= 5; n += 1) arrive();
    await vi.advanceTimersByTimeAsync(1001);
    queue.admitNext();
    await vi.advanceTimersByTimeAsync(998);
    for (let n = 6; n <= 10; n += 1) arrive(performance.now() + 600);
    await vi.advanceTimersByTimeAsync(503);
    expect(queue.admitNext()).toBe(true);
    await vi.advanceTimersByTimeAsync(0);
    expect([admitted, refused, shed]).toEqual([[1, 6], [2, 3, 4, 5], 4]);
    await vi.advanceTimersByTimeAsync(97);
    expect(shed).toBe(8);
    expect(queue.admitNext()).toBe(false);
    for (let n = 11; n <= 15; n += 1) arrive();
    await vi.advanceTimersByTimeAsync(1001);
    while (queue.admitNext());
    await vi.advanceTimersByTimeAsync(0);
    expect(admitted).toEqual([1, 6, 11, 12, 13, 14, 15]);
    expect(shed).toBe(8);
  });
});
