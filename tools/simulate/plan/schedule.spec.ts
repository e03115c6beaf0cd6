import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.js';
import { pressTimes } from './schedule.js';

describe('pressTimes', () => {
  it('holds exactly the presses that the rate and the time make', () => {
    expect(pressTimes(600, 120_000, seededRandom(1))).toHaveLength(1200);
    expect(pressTimes(200, 10_000, seededRandom(1))).toHaveLength(33);
  });

  it('ascends and stays within the time', () => {
    const times = pressTimes(2000, 60_000, seededRandom(2));
    expect([...times]).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(times.at(-1)).toBeLessThan(60_000);
  });

  it('is bursty as a Poisson process is: the pauses deviate by about their mean', () => {
    const times = [...pressTimes(6000, 600_000, seededRandom(3))];
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length;
    const variance = pauses.reduce((sum, pause) => sum + (pause - mean) ** 2, 0) / pauses.length;
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.95);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.05);
  });

  it('is the same for the same seed and another for another', () => {
    const run = (seed: number): Float64Array => pressTimes(60, 60_000, seededRandom(seed));
    expect(run(4)).toEqual(run(4));
    expect(run(4)).not.toEqual(run(5));
  });
});
