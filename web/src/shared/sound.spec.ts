import { describe, expect, it } from 'vitest';
import { BURSTS } from './sound.js';

describe('alarm signals keep the times of IEC 60601-1-8', () => {
  it.each([
    [2, 10, [0.075, 0.2], 2.5, 15],
    [1, 3, [0.125, 0.25], 2.5, 30],
    [0, 2, [0.125, 0.25], 15, Infinity],
  ] as const)('rank %i: %i pulses', (rank, count, [shortest, longest], least, most) => {
    const { pulses, pulseSec, everyMs } = BURSTS[rank];
    expect(pulses).toHaveLength(count);
    expect(pulseSec).toBeGreaterThanOrEqual(shortest);
    expect(pulseSec).toBeLessThanOrEqual(longest);
    const rest = everyMs / 1000 - ((pulses.at(-1)?.at ?? 0) + pulseSec);
    expect(rest).toBeGreaterThanOrEqual(least);
    expect(rest).toBeLessThanOrEqual(most);
    for (const { frequency } of pulses) expect(frequency).toBeGreaterThanOrEqual(150);
  });
});
