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
    arrive: () => {
      const number = (count += 1);
      queue.wait().then(
        () => admitted.push(number),
        (error: unknown) => {
          expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
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
});
