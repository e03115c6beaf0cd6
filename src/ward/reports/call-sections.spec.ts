import { describe, expect, it } from 'vitest';
import { countsOf, escalationsOf, intervalsOf } from './call-sections.js';
import { INTERVAL_NAMES } from './report.js';
import type { CallFiguresRow, RawFigures } from './report-statements.js';

const NOTHING: RawFigures = { count: 0, max: null, percentiles: null };

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
    levels: [1, 0, 0, 0],
    ...unmeasured,
    ...fields,
  };
}

describe('sections of a report', () => {
  it('hold an interval where it was measured, in seconds to the millisecond', () => {
    const measured = { count: 3, max: 9.1239999, percentiles: [1.0004, 2.0005, 3, 4] };
    expect(intervalsOf([row({ shift: 'night', arrival: measured }), row({ arrival: measured })])).toEqual([
      { type: 'cord_out', shift: 'night', interval: 'arrival', count: 3, p50: 1, p90: 2.001, p95: 3, p99: 4, max: 9.124 },
      { type: 'cord_out', shift: 'all', interval: 'arrival', count: 3, p50: 1, p90: 2.001, p95: 3, p99: 4, max: 9.124 },
    ]);
  });

  it('count each call once, not once a shift', () => {
    const rows = [row({ shift: 'day', placed: 4 }), row({ placed: 10, completed: 6, cancelled: 1, repeats: 5 })];
    expect(countsOf(rows)).toEqual([{ type: 'cord_out', placed: 10, completed: 6, cancelled: 1, open: 3, repeats: 5 }]);
  });

  it('tell how far calls went and how many passed through, leaving empty levels out', () => {
    const rows = [
      row({ shift: 'day', levels: [9, 9, 9, 9] }),
      row({ placed: 10, levels: [7, 0, 0, 3] }),
      row({ type: 'bed_exit', placed: 2, levels: [2, 0, 0, 0] }),
    ];
    const reached = [1, 2, 3].map((level) => ({ type: 'cord_out', level, reached: 3 }));
    expect(escalationsOf(rows, [...reached].reverse())).toEqual([
      { type: 'cord_out', level: 0, count: 7, reached: 10 },
      { type: 'cord_out', level: 1, count: 0, reached: 3 },
      { type: 'cord_out', level: 2, count: 0, reached: 3 },
      { type: 'cord_out', level: 3, count: 3, reached: 3 },
      { type: 'bed_exit', level: 0, count: 2, reached: 2 },
    ]);
  });
});
