import { describe, expect, it } from 'vitest';
import { countsOf, escalationsOf, intervalsOf } from './call-sections.js';
import { INTERVAL_NAMES } from './report.js';
import type { CallFiguresRow, RawFigures } from './report-statements.js';

const NOTHING: RawFigures = { count: 0, begun: 0, within_30: 0, within_60: 0, within_120: 0, max: null, percentiles: null };

function row(fields: Partial<CallFiguresRow>): CallFiguresRow {
  const unmeasured = Object.fromEntries(INTERVAL_NAMES.map((name) => [name, NOTHING])) as Pick<
    CallFiguresRow,
    (typeof INTERVAL_NAMES)[number]
  >;
  return {
    type: 'cord_out',
    shift: null,
    placed: 1,
    completed: 0,
    cancelled: 0,
    repeats: 0,
    reminders: 0,
    levels: [1, 0, 0, 0],
    reached: [1, 0, 0, 0],
    ...unmeasured,
    ...fields,
  };
}

describe('sections of a report', () => {
  it('hold an interval where it was measured, in seconds to the millisecond', () => {
    const measured = {
      count: 3,
      begun: 4,
      within_30: 3,
      within_60: 3,
      within_120: 3,
      max: 9.1239999,
      percentiles: [1.0004, 2.0005, 'Infinity', 'NaN'],
    };
    const figures = {
      count: 3,
      never: 1,
      p50: 1,
      p90: 2.001,
      p95: null,
      p99: null,
      max: 9.124,
      within_30: 0.75,
      within_60: 0.75,
      within_120: 0.75,
    };
    expect(intervalsOf([row({ shift: 'night', arrival: measured }), row({ arrival: measured })])).toEqual([
      { type: 'cord_out', shift: 'night', interval: 'arrival', ...figures },
      { type: 'cord_out', shift: 'all', interval: 'arrival', ...figures },
    ]);
  });

  it('hold an interval that no call has reached the end of', () => {
    const never = { ...NOTHING, begun: 2, percentiles: ['Infinity', 'NaN', 'NaN', 'NaN'] };
    expect(intervalsOf([row({ acceptance: never })])).toEqual([
      {
        type: 'cord_out',
        shift: 'all',
        interval: 'acceptance',
        count: 0,
        never: 2,
        p50: null,
        p90: null,
        p95: null,
        p99: null,
        max: null,
        within_30: 0,
        within_60: 0,
        within_120: 0,
      },
    ]);
  });

  it('count each call once, not once a shift', () => {
    const rows = [row({ shift: 'day', placed: 4 }), row({ placed: 10, completed: 6, cancelled: 1, repeats: 5, reminders: 2 })];
    expect(countsOf(rows)).toEqual([{ type: 'cord_out', placed: 10, completed: 6, cancelled: 1, open: 3, repeats: 5, reminders: 2 }]);
  });

  it('tell how far calls went and how many passed through, leaving empty levels out', () => {
    const rows = [
      row({ shift: 'day', levels: [9, 9, 9, 9], reached: [9, 9, 9, 9] }),
      row({ placed: 10, levels: [7, 0, 0, 3], reached: [10, 3, 3, 3] }),
      row({ type: 'bed_exit', placed: 2, levels: [2, 0, 0, 0], reached: [2, 0, 0, 0] }),
    ];
    expect(escalationsOf(rows)).toEqual([
      { type: 'cord_out', level: 0, count: 7, reached: 10 },
      { type: 'cord_out', level: 1, count: 0, reached: 3 },
      { type: 'cord_out', level: 2, count: 0, reached: 3 },
      { type: 'cord_out', level: 3, count: 3, reached: 3 },
      { type: 'bed_exit', level: 0, count: 2, reached: 2 },
    ]);
  });
});
