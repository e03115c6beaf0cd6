import type { Random } from './random.js';

const MS_PER_MINUTE = 60_000;

/**
 * When the buttons are pressed, in ms from the start, ascending. Uniform points over the time are a
 * Poisson process of which the total is known: bursts and lulls as on a ward, and yet exactly the
 * number of presses that the profile promises. Fixed beforehand, so a slow answer delays no press.
 */
export function pressTimes(perMinute: number, durationMs: number, random: Random): Float64Array {
  const count = Math.round((perMinute * durationMs) / MS_PER_MINUTE);
  const times = Float64Array.from({ length: count }, () => random() * durationMs);
  return times.sort();
}
