import { describe, expect, it } from 'vitest';
import { Histogram } from '../measure/histogram.js';
import { ScreenTimer } from './screen-timer.js';

function setUp(): { timer: ScreenTimer; all: Histogram; first: Histogram } {
  const all = new Histogram();
  const first = new Histogram();
  return { timer: new ScreenTimer(all, first), all, first };
}

describe('ScreenTimer', () => {
  it.each([
    ['before', [110, 130], []],
    ['after', [], [110, 130]],
    ['around', [110], [130]],
  ])('times arrivals %s the answer to the press', (_, before, after) => {
    const { timer, all, first } = setUp();
    for (const at of before) timer.arrived('c', 7, at);
    timer.answered('c', 100, true);
    for (const at of after) timer.arrived('c', 7, at);
    expect(first.percentiles()).toMatchObject({ count: 1, max: 10 });
    expect(all.percentiles()).toMatchObject({ count: 2, max: 30, mean: 20 });
  });

  it('leaves out a later showing of the same call, and calls of others', () => {
    const { timer, all, first } = setUp();
    timer.arrived('c', 7, 110);
    timer.answered('c', 100, true);
    timer.arrived('c', 9, 5000);
    timer.arrived('foreign', 8, 5000);
    expect([all.count, first.count]).toEqual([1, 1]);
  });

  it('leaves out presses that do not count', () => {
    const { timer, all, first } = setUp();
    timer.arrived('c', 7, 110);
    timer.answered('c', 100, false);
    timer.arrived('c', 7, 120);
    expect([all.count, first.count]).toEqual([0, 0]);
  });
});
