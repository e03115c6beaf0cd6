import { describe, expect, it } from 'vitest';
import { RestartBackoff } from './restart-backoff.js';

describe('RestartBackoff', () => {
  it('waits twice as long after each crash, at most half a minute', () => {
    const backoff = new RestartBackoff();
    const delays = Array.from({ length: 12 }, () => backoff.delayAfter(0));
    expect(delays.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(delays.at(-1)).toBe(30_000);
  });

  it('begins anew once a worker has stayed up', () => {
    const backoff = new RestartBackoff();
    for (let crash = 0; crash < 5; crash++) backoff.delayAfter(1000);
    expect(backoff.delayAfter(60_000)).toBe(100);
    expect(backoff.delayAfter(1000)).toBe(200);
  });
});
