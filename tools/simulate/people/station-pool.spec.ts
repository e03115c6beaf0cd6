import { describe, expect, it } from 'vitest';
import { seededRandom } from '../plan/random.js';
import { StationPool, type Station } from './station-pool.js';

const stations = Array.from({ length: 5 }, (_, index): Station => ({
  id: `s${String(index)}`,
  key: 'k',
  kind: 'bedside',
  dept: 'sim-01',
}));

describe('StationPool', () => {
  it('gives each station once while any is free, then repeats', () => {
    const pool = new StationPool(stations);
    const random = seededRandom(1);
    const taken = stations.map(() => pool.take(random)?.id);
    expect(new Set(taken).size).toBe(5);
    expect(pool.freeCount).toBe(0);
    expect(stations).toContain(pool.take(random));
  });

  it('gives a released station again, and counts it once however often it is released', () => {
    const pool = new StationPool(stations);
    const random = seededRandom(2);
    for (let round = 0; round < 200; round += 1) {
      const first = pool.take(random);
      const second = pool.take(random);
      expect(first).not.toBe(second);
      for (const station of [second, first, second]) if (station) pool.release(station);
      expect(pool.freeCount).toBe(5);
    }
  });

  it('is empty when it has none', () => {
    expect(new StationPool([]).take(seededRandom(1))).toBeUndefined();
  });
});
