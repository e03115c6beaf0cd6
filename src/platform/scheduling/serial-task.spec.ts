import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SerialTask } from './serial-task.js';

/** Work whose runs end when the test says so. */
function controlled() {
  const ends: ((error?: Error) => void)[] = [];
  const work = () =>
    new Promise<void>((resolve, reject) => {
      ends.push((error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  return { ends, work };
}

describe('SerialTask', () => {
  it('runs once more after a run during which it was requested, however often', async () => {
    const { ends, work } = controlled();
    const task = new SerialTask(work);
    const first = task.request();
    void task.request();
    const last = task.request();
    expect(ends.length).toBe(1);
    ends[0]!();
    await first;
    expect(ends.length).toBe(2);
    ends[1]!();
    await last;
    await task.settled;
    expect(ends.length).toBe(2);
  });

  it('resolves a request with the end of a run that began after it', async () => {
    const { ends, work } = controlled();
    const task = new SerialTask(work);
    void task.request();
    let isOver = false;
    const second = task.request().then(() => (isOver = true));
    ends[0]!();
    await vi.waitFor(() => {
      expect(ends.length).toBe(2);
    });
    expect(isOver).toBe(false);
    ends[1]!();
    await second;
  });

  it('hands a failure over and goes on', async () => {
    const { ends, work } = controlled();
    const errors: unknown[] = [];
    const task = new SerialTask(work, (error) => errors.push(error));
    const first = task.request();
    const failure = new Error('no');
    ends[0]!(failure);
    await first;
    expect(errors).toEqual([failure]);
    const second = task.request();
    ends[1]!();
    await second;
    expect(ends.length).toBe(2);
  });

  it('starts nothing after the stop, which waits for the run in progress', async () => {
    const { ends, work } = controlled();
    const task = new SerialTask(work);
    void task.request();
    void task.request();
    let isStopped = false;
    const stopped = task.stop().then(() => (isStopped = true));
    await Promise.resolve();
    expect(isStopped).toBe(false);
    ends[0]!();
    await stopped;
    await task.request();
    expect(ends.length).toBe(1);
  });

  describe('that repeats', () => {
    beforeEach(() => {
      vi.useFakeTimers();
    });
    afterEach(() => {
      vi.useRealTimers();
    });

    it('pauses from the end of a run to the start of the next, and ends with the stop', async () => {
      const { ends, work } = controlled();
      const task = new SerialTask(work);
      task.repeat(() => 1000);
      await vi.advanceTimersByTimeAsync(999);
      expect(ends.length).toBe(0);
      await vi.advanceTimersByTimeAsync(1);
      expect(ends.length).toBe(1);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(ends.length).toBe(1);
      ends[0]!();
      await vi.advanceTimersByTimeAsync(1000);
      expect(ends.length).toBe(2);
      ends[1]!();
      await task.stop();
      expect(vi.getTimerCount()).toBe(0);
    });

    it('takes another pause at once, and keeps one timer', async () => {
      const { ends, work } = controlled();
      const task = new SerialTask(work);
      task.repeat(10_000);
      task.repeat(1000);
      expect(vi.getTimerCount()).toBe(1);
      await vi.advanceTimersByTimeAsync(1000);
      expect(ends.length).toBe(1);
      task.repeat(5000);
      expect(vi.getTimerCount()).toBe(0);
      ends[0]!();
      await vi.advanceTimersByTimeAsync(5000);
      expect(ends.length).toBe(2);
      ends[1]!();
      await task.stop();
    });
  });
});
