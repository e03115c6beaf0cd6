/** How a connection came to its end, or why there was none. */
export interface Ending {
  /** The WebSocket close code; 1006 when there was no close frame. */
  readonly code: number;
  /** The HTTP status of a refused upgrade. */
  readonly refusedWith?: number;
  /** The wait of `Retry-After`. */
  readonly retryAfterMs?: number;
  /** The wait of `server_shutdown`. */
  readonly shutdownHintMs?: number;
  /** Reconnects tried since the last `hello`. */
  readonly attempt: number;
}

export type NextStep =
  { readonly kind: 'stop' } | { readonly kind: 'ask-session' } | { readonly kind: 'reconnect'; readonly delayMs: number };

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;
const SPREAD = 0.2;

const STOP_CODES: ReadonlySet<number> = new Set([1000, 4001, 4003, 4009, 4401]);
const AUTH_INVALID = 4002;
/** Refusals that asking again does not change. */
const FINAL_STATUS: ReadonlySet<number> = new Set([400, 403, 404]);

function backOff(attempt: number, random: () => number): number {
  const base = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return Math.round(base * (1 - SPREAD + 2 * SPREAD * random()));
}

/** "What a client does" of the protocol, as a function. */
export function nextStep(ending: Ending, random: () => number): NextStep {
  if (STOP_CODES.has(ending.code)) return { kind: 'stop' };
  if (ending.code === AUTH_INVALID) return { kind: 'ask-session' };
  if (ending.refusedWith !== undefined && FINAL_STATUS.has(ending.refusedWith)) {
    return { kind: 'stop' };
  }
  if (ending.shutdownHintMs !== undefined) {
    return { kind: 'reconnect', delayMs: ending.shutdownHintMs };
  }
  const delayMs = Math.max(ending.retryAfterMs ?? 0, backOff(ending.attempt, random));
  return { kind: 'reconnect', delayMs };
}
