import { quantile } from '../append/statistics.js';
import type { Screens } from './screens.js';

/** How the clients were sent away, as they saw it. */
export interface LeaveFigures {
  readonly told: number;
  readonly reconnect_in: { readonly min: number; readonly p50: number; readonly max: number; readonly different: number };
  readonly codes: Readonly<Record<string, number>>;
  /** Milliseconds from the first close to the last. */
  readonly closes_spread_ms: number;
  /** The most closes within ten milliseconds. */
  readonly closes_at_once: number;
  /** Milliseconds from the first word to the last close. */
  readonly away_ms: number;
  /** Attempts to come back that failed, by what happened. */
  readonly failed_attempts: Readonly<Record<string, number>>;
}

export function leaveFigures({ told, endings, attempts }: Screens): LeaveFigures {
  const waits = told.map(({ reconnectIn }) => reconnectIn);
  const closes = endings.map(({ at }) => at).sort((a, b) => a - b);
  const codes: Record<string, number> = {};
  for (const { why } of endings) codes[why] = (codes[why] ?? 0) + 1;
  const first = closes[0] ?? 0;
  const last = closes.at(-1) ?? 0;
  return {
    told: told.length,
    reconnect_in: { min: Math.min(...waits), p50: quantile(waits, 0.5), max: Math.max(...waits), different: new Set(waits).size },
    codes,
    closes_spread_ms: Math.round(last - first),
    closes_at_once: Math.max(0, ...closes.map((at) => closes.filter((other) => other >= at && other < at + 10).length)),
    away_ms: Math.round(last - Math.min(...told.map(({ at }) => at))),
    failed_attempts: Object.fromEntries(attempts),
  };
}

export function leaveRows({
  told,
  reconnect_in: wait,
  codes,
  closes_spread_ms,
  closes_at_once,
  away_ms,
}: LeaveFigures): [string, string][] {
  return [
    ['told server_shutdown', String(told)],
    ['reconnect_in, s', `${String(wait.min)} … ${String(wait.p50)} … ${String(wait.max)}, ${String(wait.different)} different`],
    [
      'close codes',
      Object.entries(codes)
        .map(([code, count]) => `${code}: ${String(count)}`)
        .join(', '),
    ],
    ['closes spread over, ms', `${String(closes_spread_ms)} (at most ${String(closes_at_once)} within 10 ms)`],
    ['first word to last close, ms', String(away_ms)],
  ];
}

export function table(title: string, rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  return ['', title, ...rows.map(([label, value]) => `  ${label.padEnd(width)}${value}`), ''].join('\n');
}
