import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { processDue } from './process-due.js';

/** So many rows that are due; notes how many were handled at once. */
function rows(due: number) {
  const seen = { left: due, handled: 0, atOnce: 0, most: 0 };
  const handleOne = async (): Promise<boolean> => {
    seen.atOnce++;
    seen.most = Math.max(seen.most, seen.atOnce);
    const isMine = seen.left > 0;
    if (isMine) seen.left--;
    await turn();
    seen.atOnce--;
    if (isMine) seen.handled++;
    return isMine;
  };
  return { seen, handleOne };
}

describe('processDue', () => {
  it('handles all that is due, each once, and ends when nothing is', async () => {
    const { seen, handleOne } = rows(50);
    await processDue(handleOne, 4);
    expect(seen).toMatchObject({ left: 0, handled: 50, atOnce: 0 });
  });

  it('looks once where nothing is due', async () => {
    const { seen, handleOne } = rows(0);
    await processDue(handleOne, 4);
    expect(seen.most).toBe(1);
  });

  it.each([1, 4])('handles at most %i at once, and so many in a rush', async (most) => {
    const { seen, handleOne } = rows(50);
    await processDue(handleOne, most);
    expect(seen.most).toBe(most);
  });

  it('meets a rush that begins with one row with all that may work', async () => {
    const { seen, handleOne } = rows(1);
    let isFirst = true;
    await processDue(async () => {
      const done = await handleOne();
      if (isFirst) seen.left = 20;
      isFirst = false;
      return done;
    }, 4);
    expect(seen).toMatchObject({ handled: 21, most: 4 });
  });

  it('rejects with the first failure, after every worker has ended, and begins nothing after it', async () => {
    const { seen, handleOne } = rows(1000);
    const failing = async () => {
      const done = await handleOne();
      if (seen.handled === 10) throw new Error('no');
      return done;
    };
    await expect(processDue(failing, 4)).rejects.toThrow('no');
    expect(seen.atOnce).toBe(0);
    expect(seen.handled).toBeLessThan(20);
  });
});
