import { describe, expect, it } from 'vitest';
import { HeartbeatState } from './heartbeat-state.js';

describe('a pulse', () => {
  it('is quiet for as many whole rounds as lie between looks that heard nothing: the first look only notes', () => {
    const pulse = new HeartbeatState();
    const quiet = [0, 0, 0, 7, 7, 7].map((bytesIn) => {
      pulse.count(bytesIn);
      return pulse.quiet;
    });
    expect(quiet).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('is never quiet of who has nothing to send', () => {
    const pulse = new HeartbeatState();
    for (let round = 0; round < 100; round++) pulse.count(undefined);
    expect(pulse.quiet).toBe(0);
  });
});
