import { median } from '../append/statistics.js';
import { atMost, type Goal, medianAtMost } from '../pipe/bench.js';
import { ratios } from '../pipe/delivery/delivery-rounds.js';
import { row } from '../pipe/report.js';
import { type Figure, RESUMED, type Round } from './history-side.js';

/** How often a figure may be that of an empty history. */
const FLAT = 1.2;

const LABELS: Readonly<Record<Figure, string>> = {
  newest_statement: 'newest page of the log, statement',
  newest_page: 'newest page of the log, HTTP',
  middle_statement: 'page in the middle, statement',
  middle_page: 'page in the middle, HTTP',
  resume: `resume of ${String(RESUMED)} events, socket`,
  press: 'press',
  accept: 'accept',
  open_calls: 'list of open calls',
  day_report: 'report of a day',
  long_report: 'report of 100 days',
};
const FIGURES = Object.keys(LABELS) as Figure[];

/** Milliseconds with the history behind it. */
const MOST_MS: readonly (readonly [Figure, number])[] = [
  ['newest_statement', 1],
  ['middle_statement', 1],
  ['resume', 15],
  ['day_report', 10],
  ['long_report', 300],
];
const FLAT_ONES: readonly Figure[] = ['press', 'accept', 'open_calls'];

function of(rounds: readonly Round[], figure: Figure): number[] {
  return rounds.map(({ figures }) => figures[figure]);
}

export function historyLines(empty: readonly Round[], full: readonly Round[]): string[] {
  const [last] = full.slice(-1);
  return [
    row('p50 in ms, medians of the rounds', 'empty', 'full', 'min', 'max', 'full ÷ empty'),
    ...FIGURES.map((figure) => {
      const [without, behind] = [of(empty, figure), of(full, figure)];
      const cells = [median(without), median(behind), Math.min(...behind), Math.max(...behind)].map((ms) => ms.toFixed(2));
      return row(LABELS[figure], ...cells, median(ratios(behind, without)).toFixed(2));
    }),
    `the reports cover ${String(last?.day_calls ?? 0)} and ${String(last?.long_calls ?? 0)} calls of the full one`,
    '(statement: the database’s own time, by EXPLAIN ANALYZE; min and max are of the rounds of the full one; both nodes, PostgreSQL and the',
    'client share the machine)',
  ];
}

export function historyGoals(empty: readonly Round[], full: readonly Round[]): Goal[] {
  return [
    ...MOST_MS.map(([figure, most]) => medianAtMost(`${LABELS[figure]}, ms`, of(full, figure), most)),
    atMost('sorts and scans of no index in the plans of pages', Math.max(...full.map(({ dear }) => dear.length)), 0),
    ...FLAT_ONES.map((figure) => medianAtMost(`${LABELS[figure]}, full ÷ empty`, ratios(of(full, figure), of(empty, figure)), FLAT)),
  ];
}
