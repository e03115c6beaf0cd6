import { describe, expect, it } from 'vitest';
import { SampleRing } from './sample-ring.js';

function filled(capacity: number, samples: number): SampleRing<'a' | 'b'> {
  const ring = new SampleRing(['a', 'b'], capacity);
  for (let n = 1; n <= samples; n++) ring.add({ at: n * 1000, values: { a: n, b: n / 2 } });
  return ring;
}

const times = (ring: SampleRing<'a' | 'b'>, from = 0, to = Infinity) => ring.between(from, to).map(({ at }) => at / 1000);

describe('a ring of samples', () => {
  it.each([
    [0, []],
    [2, [1, 2]],
    [3, [1, 2, 3]],
    [4, [2, 3, 4]],
    [8, [6, 7, 8]],
  ])('of three keeps the last three of %i, oldest first', (samples, kept) => {
    const ring = filled(3, samples);
    expect(times(ring)).toEqual(kept);
    expect(ring.size).toBe(kept.length);
  });

  it('gives each sample back as it was taken', () => {
    expect(filled(3, 4).between(3000, 3000)).toEqual([{ at: 3000, values: { a: 3, b: 1.5 } }]);
  });

  it('tells what lies between two times, both included', () => {
    expect(times(filled(5, 7), 4000, 6000)).toEqual([4, 5, 6]);
    expect(times(filled(5, 7), 7001)).toEqual([]);
  });

  it('knows the one before the last', () => {
    expect(filled(3, 1).secondLast).toBeUndefined();
    expect(filled(3, 5).secondLast?.at).toBe(4000);
  });
});
