import { median } from '../append/statistics.js';
import type { Goal } from '../pipe/bench.js';

/** The median of the rounds must not exceed the goal. Too noisy: the rounds disagree about the goal, or their spread exceeds their median. */
export function roundsAtMost(what: string, rounds: readonly number[], goal: number): Goal {
  const value = median(rounds);
  const spread = Math.max(...rounds) - Math.min(...rounds);
  const isAgreed = new Set(rounds.map((one) => one <= goal)).size <= 1;
  return { what, value, goal, met: isAgreed && !(spread > value) ? value <= goal : 'too noisy' };
}
