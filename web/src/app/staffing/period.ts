/** Days as a date field has them, `2026-11-29`, by the clock of this device, and the instants that they stand for. */
export interface Period {
  readonly days: { readonly from: string; readonly to: string };
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;

function dayOf(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${String(at.getFullYear())}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export function lastDays(now: number, count: number): Period {
  const [from, to] = [new Date(now - count * DAY_MS), new Date(now)];
  return { days: { from: dayOf(from), to: dayOf(to) }, from: from.toISOString(), to: to.toISOString() };
}

/** From the first day's midnight to the last one's end. */
export function wholeDays(from: string, to: string): Period {
  const end = new Date(`${to}T00:00`);
  end.setDate(end.getDate() + 1);
  return { days: { from, to }, from: new Date(`${from}T00:00`).toISOString(), to: end.toISOString() };
}
