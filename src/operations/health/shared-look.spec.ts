import { describe, expect, it } from 'vitest';
import { SharedLook } from './shared-look.js';

/** A look that ends when the test says so. */
function slowLook() {
  const ends: ((seen: number) => void)[] = [];
  return { ends, look: () => new Promise<number>((resolve) => ends.push(resolve)) };
}

describe('a shared look', () => {
  it('is one for all who ask while it lasts', async () => {
    const { ends, look } = slowLook();
    const shared = new SharedLook(look);
    const asked = [shared.get(), shared.get()];
    expect(ends).toHaveLength(1);
    ends[0]?.(7);
    expect(await Promise.all(asked)).toEqual([7, 7]);
    expect([shared.kept, await shared.get(), ends.length]).toEqual([7, 7, 1]);
  });

  it('is not kept where it is not to be', async () => {
    let looks = 0;
    const shared = new SharedLook(() => Promise.resolve(++looks), 0);
    expect([await shared.get(), await shared.get()]).toEqual([1, 2]);
  });

  it('that failed is not kept', async () => {
    let looks = 0;
    const shared = new SharedLook(() => (++looks === 1 ? Promise.reject(new Error('no')) : Promise.resolve(looks)));
    await expect(shared.get()).rejects.toThrow('no');
    expect(await shared.get()).toBe(2);
  });

  it('that began before it was out of date is not kept', async () => {
    const { ends, look } = slowLook();
    const shared = new SharedLook(look);
    const before = shared.get();
    shared.forget();
    const after = shared.get();
    ends[0]?.(1);
    expect(await before).toBe(1);
    expect(shared.kept).toBeUndefined();
    ends[1]?.(2);
    expect([await after, shared.kept]).toEqual([2, 2]);
  });
});
