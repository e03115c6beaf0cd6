import { describe, expect, it } from 'vitest';
import { batches } from './batches.js';
import type { Figures, Round } from './history-side.js';
import { dearParts } from './page-plan.js';
import { historyGoals, historyLines } from './verdicts.js';

const FIGURES: Figures = {
  ...{ newest_statement: 0.2, newest_page: 4, middle_statement: 0.2, middle_page: 4, resume: 12 },
  ...{ press: 5, accept: 5, open_calls: 3, day_report: 8, long_report: 200 },
};

function round(figures: Partial<Figures> = {}, dear: readonly string[] = []): Round {
  return { figures: { ...FIGURES, ...figures }, dear, day_calls: 144, long_calls: 14_400 };
}

function verdict(what: string, empty: readonly Round[], full: readonly Round[]) {
  const goal = historyGoals(empty, full).find((one) => one.what.startsWith(what));
  if (!goal) throw new Error(`no goal of ${what}`);
  return goal;
}

describe('the goals of a long history', () => {
  it('are met where all is in time and flat', () => {
    expect(historyGoals([round()], [round()]).filter(({ met }) => met !== true)).toEqual([]);
  });

  it('are about the full one; flat is its ratio to the empty one in the same round', () => {
    expect(verdict('resume', [round({ resume: 99 })], [round()])).toMatchObject({ value: 12, met: true });
    expect(verdict('report of a day', [round()], [round({ day_report: 11 })])).toMatchObject({ value: 11, met: false });
    const [empty, full] = [
      [round({ press: 4 }), round({ press: 10 })],
      [round({ press: 5 }), round({ press: 12.5 })],
    ];
    expect(verdict('press', empty, full)).toMatchObject({ value: 1.25, met: false });
  });

  it('have no verdict where the rounds differ by more than the figure', () => {
    expect(verdict('report of a day', [round()], [round({ day_report: 1 }), round({ day_report: 5 })]).met).toBe('too noisy');
  });

  it('are missed by one plan that sorts', () => {
    expect(verdict('sorts', [round()], [round(), round({}, ['Sort'])])).toMatchObject({ value: 1, met: false });
  });

  it('have a line for each figure', () => {
    expect(historyLines([round()], [round()])).toContainEqual(expect.stringMatching(/^press +5\.00 +5\.00 +5\.00 +5\.00 +1\.00$/));
  });
});

describe('the plan of a page', () => {
  const page = { 'Node Type': 'Limit', Plans: [{ 'Node Type': 'Index Scan', 'Relation Name': 'events' }] };

  it('is cheap with an index scan', () => {
    expect(dearParts(page)).toEqual([]);
  });

  it('is dear with a scan of the table, or a sort', () => {
    expect(dearParts({ 'Node Type': 'Sort', Plans: [{ 'Node Type': 'Seq Scan', 'Relation Name': 'events' }] })).toEqual([
      'Sort',
      'Seq Scan of events',
    ]);
  });
});

describe('batches', () => {
  it('cover every number once', () => {
    expect(batches(7, 3)).toEqual([
      { from: 1, to: 3 },
      { from: 4, to: 6 },
      { from: 7, to: 7 },
    ]);
    expect(batches(0, 3)).toEqual([]);
  });
});
