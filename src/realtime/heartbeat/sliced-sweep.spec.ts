import { describe, expect, it } from 'vitest';
import { SlicedSweep } from './sliced-sweep.js';

function collection(size: number) {
  const items = new Set(Array.from({ length: size }, (_, index) => index));
  return {
    items,
    all: () => items.values(),
    get size() {
      return items.size;
    },
  };
}

function round(rounds: SlicedSweep<number>, slices: number): number[][] {
  return Array.from({ length: slices }, () => {
    const seen: number[] = [];
    rounds.visit((item) => seen.push(item));
    return seen;
  });
}

describe('even rounds', () => {
  it.each([0, 1, 9, 10, 11, 99, 1000])('visit each of %i once a round, and no slice carries more than its part', (size) => {
    const rounds = new SlicedSweep(collection(size), 10);
    for (let n = 0; n < 3; n++) {
      const slices = round(rounds, 10);
      expect(slices.flat()).toEqual(Array.from({ length: size }, (_, index) => index));
      expect(Math.max(...slices.map((slice) => slice.length))).toBeLessThanOrEqual(Math.ceil(size / 10));
    }
  });

  it('those who come and go during a round make no other one be visited twice or not at all', () => {
    const visited = collection(100);
    const rounds = new SlicedSweep(visited, 10);
    const seen: number[] = [];
    for (let slice = 0; slice < 10; slice++) {
      rounds.visit((item) => {
        seen.push(item);
        if (item % 2 === 0) visited.items.delete(item);
      });
      visited.items.add(1000 + slice);
    }
    expect(seen.filter((item) => item < 1000)).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(new Set(seen).size).toBe(seen.length);
    expect(round(rounds, 10).flat().sort()).toEqual([...visited.items].sort());
  });
});
