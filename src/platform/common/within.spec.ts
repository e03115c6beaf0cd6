import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { within } from './within.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('within', () => {
  it('answers as the work does, and leaves no timer', async () => {
    expect(await within(Promise.resolve(7), 1000)).toBe(7);
    await expect(within(Promise.reject(new Error('no')), 1000)).rejects.toThrow('no');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rejects with the error for late work when the time is up', async () => {
    const answer = within(new Promise(() => undefined), 1000, () => new Error('too late'));
    const refused = expect(answer).rejects.toThrow('too late');
    await vi.advanceTimersByTimeAsync(1001);
    await refused;
  });

  it('takes an answer that comes in the turn in which the time is up', async () => {
    let finish: (value: number) => void = () => undefined;
    const answer = within(new Promise<number>((resolve) => (finish = resolve)), 1000);
    setTimeout(() => {
      finish(7);
    }, 1000);
    await vi.advanceTimersByTimeAsync(1001);
    expect(await answer).toBe(7);
  });
});
