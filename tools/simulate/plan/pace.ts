import { gaussian, type Random } from './random.js';

/** How long people take, in ms: the middle of a skewed spread, and its ends. */
interface Delay {
  readonly median: number;
  readonly shortest: number;
  readonly longest: number;
}

const STEPS = {
  /** from the screen to "I take it" */
  accept: { median: 2500, shortest: 500, longest: 10_000 },
  /** the way to the room */
  arrive: { median: 2000, shortest: 500, longest: 8000 },
  /** the help itself: minutes in life; shortened, so that a few minutes see whole calls */
  complete: { median: 4000, shortest: 1000, longest: 15_000 },
} as const satisfies Record<string, Delay>;

export type Step = keyof typeof STEPS;

/** Width of the log-normal spread: a few are twice as slow as most. */
const SIGMA = 0.5;
/** The mean of a log-normal spread lies above its median by this. */
const MEAN_OVER_MEDIAN = Math.exp(SIGMA ** 2 / 2);
/** So many of the bedside stations may have an open call on average, or presses become repeats. */
const BUSY_SHARE = 1 / 3;

const MS_PER_MINUTE = 60_000;

/** The largest factor up to `asked` at which open calls leave enough stations free to press. */
export function paceFor(asked: number, pressesPerMinute: number, bedsideStations: number): number {
  const medians = STEPS.accept.median + STEPS.arrive.median + STEPS.complete.median;
  const open = (pressesPerMinute / MS_PER_MINUTE) * medians * MEAN_OVER_MEDIAN;
  return Math.min(asked, (bedsideStations * BUSY_SHARE) / open);
}

export function longestCareMs(pace: number): number {
  return (STEPS.accept.longest + STEPS.arrive.longest + STEPS.complete.longest) * pace;
}

export function delayOf(step: Step, pace: number, random: Random): number {
  const { median, shortest, longest } = STEPS[step];
  const delay = median * Math.exp(SIGMA * gaussian(random));
  return Math.min(longest, Math.max(shortest, delay)) * pace;
}
