const FIRST_MS = 1000;
const MAX_MS = 30_000;

/** 1 s × 2ⁿ, at most 30 s, ± 20 % at random. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), MAX_MS) * (0.8 + random() * 0.4);
}

/** @param seconds the wait that the server named, where it did */
export function retryMs(attempt: number, seconds?: number): number {
  return seconds === undefined ? backoffMs(attempt) : seconds * 1000;
}
