import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.js';

const full = () => new Error('full');

/** A queue of one place that is taken until `open()`; `served` names the pieces in the order in which they ran. */
async function blocked(maxWaiting = 1000) {
  const queue = new FairQueue(['known', 'address'], { maxRunning: 1, maxWaiting });
  const served: string[] = [];
  let open: () => void = () => undefined;
  const first = queue.run('address', 'first', () => new Promise<void>((resolve) => (open = resolve)), full);
  await Promise.resolve();
  const add = (lane: 'known' | 'address', key: string, name: string) =>
    queue.run(
      lane,
      key,
      () => {
        served.push(name);
        return Promise.resolve(name);
      },
      full,
    );
  return { queue, served, add, finish: (rest: Promise<unknown>[]) => (open(), Promise.allSettled([first, ...rest])) };
}

describe('the fair queue', () => {
  it('serves source by source: one that comes behind a flood of another waits for one piece of it', async () => {
    const { add, served, finish } = await blocked();
    const flood = Array.from({ length: 700 }, (_, i) => add('address', '203.0.113.7', `flood-${String(i)}`));
    const nurse = add('address', '198.51.100.1', 'nurse');
    await finish([...flood, nurse]);
    expect(served.indexOf('nurse')).toBe(1);
    expect(served).toHaveLength(701);
  });

  it('serves its lanes alternately: neither waits for the other to empty', async () => {
    const { add, served, finish } = await blocked();
    const rest = [0, 1, 2].flatMap((i) => [add('address', `a${String(i)}`, 'address'), add('known', `k${String(i)}`, 'known')]);
    await finish(rest);
    expect(served.filter((_, place) => place % 2 === 0)).toEqual(Array(3).fill(served[0]));
    expect(new Set(served.slice(0, 2)).size).toBe(2);
  });

  it('keeps the order of one source', async () => {
    const { add, served, finish } = await blocked();
    await finish(['1', '2', '3'].map((name) => add('address', 'a', name)));
    expect(served).toEqual(['1', '2', '3']);
  });

  it('is bounded: the longest line gives way to a source with less, and a source that has the longest is refused', async () => {
    const { add, queue, served, finish } = await blocked(4);
    const flood = ['1', '2', '3', '4'].map((name) => add('address', 'flood', name));
    const over = add('address', 'flood', '5');
    const nurse = add('address', 'ward', 'nurse');
    expect(queue.depth).toBe(4);
    const results = await finish([...flood, over, nurse]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
    expect(served).toEqual(['1', 'nurse', '2', '3']);
    expect(queue.depth).toBe(0);
  });

  it('gives its place on when work fails', async () => {
    const { queue, finish } = await blocked();
    const failing = queue.run('known', 'a', () => Promise.reject(new Error('no')), full);
    const after = queue.run('known', 'a', () => Promise.resolve('served'), full);
    const [, failed, served] = await finish([failing, after]);
    expect(failed?.status).toBe('rejected');
    expect(served).toEqual({ status: 'fulfilled', value: 'served' });
  });
});
