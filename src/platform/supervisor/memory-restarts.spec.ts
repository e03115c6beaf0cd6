import { describe, expect, it } from 'vitest';
import { MemoryRestarts } from './memory-restarts.js';

const MB = 1024 * 1024;

describe('MemoryRestarts', () => {
  it('starts the new worker first where there is room for it', () => {
    expect(new MemoryRestarts(undefined, () => 151 * MB).decide(100 * MB)).toBe('new worker first');
    expect(new MemoryRestarts(undefined, () => 149 * MB).decide(100 * MB)).toBe('drain first');
  });

  it('restarts once in five minutes at most', () => {
    let now = 1000;
    const restarts = new MemoryRestarts(
      () => now,
      () => 1000 * MB,
    );
    const decisions = [0, 30_000, 269_999, 1, 30_000].map((passed) => {
      now += passed;
      return restarts.decide(MB);
    });
    expect(decisions).toEqual(['new worker first', 'not now', 'not now', 'new worker first', 'not now']);
  });
});
