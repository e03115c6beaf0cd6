import { describe, expect, it } from 'vitest';
import { RestartPace } from './restart-pace.js';

describe('RestartPace', () => {
  it('waits twice as long after each crash, at most half a minute', () => {
    const pace = new RestartPace();
    const delays = Array.from({ length: 12 }, () => pace.delayAfter(0));
    expect(delays.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(delays.at(-1)).toBe(30_000);
  });

  it('begins anew once a worker has stayed up', () => {
    const pace = new RestartPace();
    for (let crash = 0; crash < 5; crash++) pace.delayAfter(1000);
    expect(pace.delayAfter(60_000)).toBe(100);
    expect(pace.delayAfter(1000)).toBe(200);
  });
});
