/** Times kept of each kind; a longer run keeps every second, fourth … of them. */
const MOST_TIMES = 100_000;

/** Times in milliseconds, and where the middle and the slow end of them lie. */
class Times {
  private kept: number[] = [];
  private every = 1;
  private seen = 0;

  add(ms: number): void {
    if (this.seen++ % this.every !== 0) return;
    this.kept.push(ms);
    if (this.kept.length < MOST_TIMES) return;
    this.kept = this.kept.filter((_, at) => at % 2 === 0);
    this.every *= 2;
  }

  /** Null where there is none. */
  percentile(share: number): number | null {
    const sorted = this.kept.toSorted((a, b) => a - b);
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? null : Math.round(value * 10) / 10;
  }
}

/** Everything that a run counts. */
export class Figures {
  /** From before a press is sent until its call is on a nurse's screen: the first one's. */
  readonly toScreen = new Times();
  readonly press = new Times();
  readonly accept = new Times();
  presses = 0;
  calls = 0;
  completed = 0;
  /** Commands that a colleague was faster with: no error. */
  overtaken = 0;
  readonly errors = new Map<string, number>();

  failed(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  get errorCount(): number {
    return [...this.errors.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** The result of a run. */
export interface Report {
  passed: boolean;
  departments: number;
  nurses: number;
  minutes: number;
  presses: number;
  calls: number;
  completed: number;
  overtaken: number;
  /** Holes in what the nurses' screens got that nothing explains. */
  gaps: number;
  /** Calls that were acknowledged, and whose events a nurse's screen never got. */
  lost: number;
  errors: Record<string, number>;
  ms: Record<'button_to_screen' | 'press' | 'accept', { p50: number | null; p99: number | null }>;
}

const MOST_ERRORS = 0.01;

export function reportOf(figures: Figures, facts: Pick<Report, 'departments' | 'nurses' | 'minutes' | 'gaps' | 'lost'>): Report {
  const { presses, calls, completed, overtaken, errorCount } = figures;
  const of = (times: Times) => ({ p50: times.percentile(0.5), p99: times.percentile(0.99) });
  const isQuiet = errorCount <= MOST_ERRORS * (presses + completed);
  return {
    passed: isQuiet && facts.gaps === 0 && facts.lost === 0 && completed > 0,
    ...facts,
    ...{ presses, calls, completed, overtaken },
    errors: Object.fromEntries(figures.errors),
    ms: { button_to_screen: of(figures.toScreen), press: of(figures.press), accept: of(figures.accept) },
  };
}

/** The report for a person. */
export function linesOf({ passed, errors, ms, ...report }: Report): string[] {
  const time = (name: string, { p50, p99 }: { p50: number | null; p99: number | null }) =>
    `${name.padEnd(18)}p50 ${p50 === null ? '–' : `${String(p50)} ms`}, p99 ${p99 === null ? '–' : `${String(p99)} ms`}`;
  const wrong = Object.entries(errors).map(([code, count]) => `${String(count)} × ${code}`);
  return [
    `${String(report.nurses)} nurses in ${String(report.departments)} departments, ${String(report.minutes)} min`,
    `presses ${String(report.presses)}, calls ${String(report.calls)}, completed ${String(report.completed)}, overtaken ${String(report.overtaken)}`,
    time('button to screen', ms.button_to_screen),
    time('press answered', ms.press),
    time('accept answered', ms.accept),
    `gaps ${String(report.gaps)}, lost ${String(report.lost)}, errors ${wrong.length === 0 ? '0' : wrong.join(', ')}`,
    passed ? 'passed' : 'FAILED',
  ];
}
