/** The places of cards on a wall. */
export interface Layout {
  readonly columns: number;
  readonly rows: number;
}

const WIDE: readonly Layout[] = [
  { columns: 2, rows: 2 },
  { columns: 2, rows: 3 },
  { columns: 3, rows: 3 },
  { columns: 3, rows: 4 },
  { columns: 4, rows: 4 },
  { columns: 4, rows: 5 },
];
const NARROW: readonly Layout[] = [
  { columns: 1, rows: 3 },
  { columns: 1, rows: 5 },
  { columns: 2, rows: 5 },
  { columns: 2, rows: 7 },
];
/** Below it a card cannot be read from across the room; above it there are pages. */
const WIDE_FROM = 1.1;

/** The fewest, and so the largest places that hold all calls; the smallest ones where even these do not. */
export function layoutFor(calls: number, width: number, height: number): Layout {
  const choices = width / height >= WIDE_FROM ? WIDE : NARROW;
  const fitting = choices.find(({ columns, rows }) => columns * rows >= calls);
  return fitting ?? choices.at(-1) ?? { columns: 1, rows: 1 };
}

/** The largest share of a page that is kept for urgent pending calls. */
const PINNED_SHARE = 0.5;

/**
 * Pages of calls, in their order. Calls that `isUrgent` names stay on every page, the first ones at least, so that nobody
 * has to wait for their turn.
 */
export function pagesOf<T>(calls: readonly T[], places: number, isUrgent: (call: T) => boolean): readonly (readonly T[])[] {
  if (calls.length <= places) return [calls];
  const pinned = calls.filter(isUrgent).slice(0, Math.floor(places * PINNED_SHARE));
  const isPinned = new Set(pinned);
  const others = calls.filter((call) => !isPinned.has(call));
  const step = places - pinned.length;
  const pages: T[][] = [];
  for (let at = 0; at < others.length; at += step) pages.push([...pinned, ...others.slice(at, at + step)]);
  return pages;
}
