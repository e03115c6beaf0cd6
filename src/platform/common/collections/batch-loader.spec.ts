import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createBatchLoader } from './batch-loader.js';

/** A load whose every call waits to be answered by the test. */
function byHand() {
  const calls: { keys: readonly number[]; answer: () => void; fail: (error: Error) => void }[] = [];
  const ask = createBatchLoader<number, string>((keys) => {
    return new Promise((resolve, reject) => {
      const answer = () => {
        resolve(keys.map((key) => `of ${String(key)}`));
      };
      calls.push({ keys, answer, fail: reject });
    });
  });
  return { ask, calls, keys: () => calls.map((call) => call.keys) };
}

async function turns(count = 5): Promise<void> {
  for (let n = 0; n < count; n++) await nextTurn();
}

describe('what is loaded together', () => {
  it('is what was asked for within one turn, each answered with its own', async () => {
    const { ask, calls, keys } = byHand();
    const answers = Promise.all([ask(1), ask(2), ask(1)]);
    await turns();
    expect(keys()).toEqual([[1, 2, 1]]);
    calls[0]?.answer();
    expect(await answers).toEqual(['of 1', 'of 2', 'of 1']);
  });

  it('is what was asked for while the load before was under way: never answered by that one, which began before', async () => {
    const { ask, calls, keys } = byHand();
    const first = ask(1);
    await turns();
    const later: Promise<string>[] = [];
    for (let n = 2; n <= 4; n++) {
      later.push(ask(n));
      await turns(1);
    }
    await turns();
    expect(keys()).toEqual([[1]]);
    calls[0]?.answer();
    expect(await first).toBe('of 1');
    await turns();
    expect(keys()).toEqual([[1], [2, 3, 4]]);
    calls[1]?.answer();
    expect(await Promise.all(later)).toEqual(['of 2', 'of 3', 'of 4']);
  });

  it('fails together, and holds up nobody who asks later', async () => {
    const { ask, calls, keys } = byHand();
    const failing = Promise.allSettled([ask(1), ask(2)]);
    await turns();
    const next = ask(3);
    await turns();
    calls[0]?.fail(new Error('no database'));
    expect((await failing).map((one) => one.status)).toEqual(['rejected', 'rejected']);
    await turns();
    expect(keys()).toEqual([[1, 2], [3]]);
    calls[1]?.answer();
    expect(await next).toBe('of 3');
  });

  it('does not wait for a load that hangs', async () => {
    const { ask, calls, keys } = byHand();
    const hanging = ask(1);
    await turns();
    const next = ask(2);
    await expect.poll(keys).toEqual([[1], [2]]);
    calls[1]?.answer();
    expect(await next).toBe('of 2');
    calls[0]?.answer();
    expect(await hanging).toBe('of 1');
    const last = ask(3);
    await turns();
    expect(keys()).toEqual([[1], [2], [3]]);
    calls[2]?.answer();
    expect(await last).toBe('of 3');
  });

  it('is bounded: 200 questions a load, the others in the next', async () => {
    const { ask, calls, keys } = byHand();
    const answers = Promise.all(Array.from({ length: 450 }, (_, n) => ask(n)));
    for (const [n, size] of [200, 200, 50].entries()) {
      await turns();
      expect(keys().map((one) => one.length)).toHaveLength(n + 1);
      expect(keys()[n]).toHaveLength(size);
      calls[n]?.answer();
    }
    expect((await answers)[449]).toBe('of 449');
  });
});
