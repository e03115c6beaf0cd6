import { type Goal, medianAtMost } from '../pipe/bench.js';

/** As {@link medianAtMost}. Too noisy also: the rounds disagree about the goal. */
export function roundsAtMost(what: string, rounds: readonly number[], goal: number): Goal {
  const found = medianAtMost(what, rounds, goal);
  const isAgreed = new Set(rounds.map((one) => one <= goal)).size <= 1;
  return isAgreed ? found : { ...found, met: 'too noisy' };
}
