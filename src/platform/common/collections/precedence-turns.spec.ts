import { describe, expect, it } from 'vitest';
import { type Precedence, PrecedenceTurns } from './precedence-turns.js';

/** The kinds that had a turn, until nobody waits; each turn of the first kind may bring one more of it. */
function play(turns: PrecedenceTurns, waiting: Record<Precedence, number>, count: number): Precedence[] {
  const had: Precedence[] = [];
  for (let n = 0; n < count; n += 1) {
    const kind = turns.order.find((one) => waiting[one] > 0);
    if (!kind) break;
    waiting[kind] -= 1;
    turns.took(kind, waiting.second > 0);
    had.push(kind);
  }
  return had;
}

describe('turns of two kinds', () => {
  it('are of the first kind before the second, and each fourth of the second while it waits', () => {
    const had = play(new PrecedenceTurns(), { first: 7, second: 3 }, 10);
    expect(had.join(' ')).toBe('first first first second first first first second first second');
  });

  it('do not count those of the first kind while none of the second waits', () => {
    const turns = new PrecedenceTurns();
    play(turns, { first: 9, second: 0 }, 9);
    expect(play(turns, { first: 4, second: 1 }, 5).join(' ')).toBe('first first first second first');
  });

  it('begin again when the last one of the second kind has gone without a turn', () => {
    const turns = new PrecedenceTurns();
    play(turns, { first: 2, second: 1 }, 2);
    turns.took('first', false);
    expect(play(turns, { first: 4, second: 1 }, 4).join(' ')).toBe('first first first second');
  });

  it('keep a turn of the second kind for it, as long as it cannot take it', () => {
    const turns = new PrecedenceTurns();
    for (let n = 0; n < 6; n += 1) turns.took('first', true);
    expect(turns.order).toEqual(['second', 'first']);
    turns.took('second', true);
    expect(turns.order).toEqual(['first', 'second']);
  });
});
