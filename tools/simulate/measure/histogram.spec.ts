import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.js';

function filled(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe('Histogram', () => {
  it('is all zero when empty', () => {
    expect(new Histogram().percentiles()).toEqual({
      count: 0,
      mean: 0,
      p50: 0,
      p95: 0,
      p99: 0,
      max: 0,
    });
  });

  it('knows the percentiles of 1…1000 within half a percent, and the maximum exactly', () => {
    const all = filled(Array.from({ length: 1000 }, (_, index) => index + 1)).percentiles();
    expect(all.p50).toBeGreaterThanOrEqual(500);
    expect(all.p50).toBeLessThanOrEqual(502.5);
    expect(all.p95).toBeLessThanOrEqual(954.75);
    expect(all.p99).toBeLessThanOrEqual(994.95);
    expect(all.max).toBe(1000);
    expect(all.mean).toBe(500.5);
  });

  it('answers with the only value there is', () => {
    expect(filled([7.25]).percentile(0.99)).toBe(7.25);
  });

  it('takes what is negligible and what is absurd', () => {
    const histogram = filled([0, -1, 1e12]);
    expect(histogram.count).toBe(3);
    expect(histogram.percentile(0.5)).toBeLessThanOrEqual(0.01);
    expect(histogram.percentiles().max).toBe(1e12);
  });

  it('is never below the true percentile and at most half a percent above', () => {
    const values = fc.array(fc.double({ min: 0.02, max: 60_000, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
        const sorted = [...list].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
        const answer = filled(list).percentile(share);
        expect(answer).toBeGreaterThanOrEqual(truth * 0.999999);
        expect(answer).toBeLessThanOrEqual(truth * 1.005001);
      }),
    );
  });
});
