/** The reaction of a client to a close. `stop` is final until somebody signs in or asks again. */
export type CloseAction = 'stop' | 'reconnect' | 'back_off' | 'refresh';

const STOPS: Readonly<Record<number, string>> = {
  1000: 'NORMAL',
  4001: 'AUTH_REQUIRED',
  4003: 'FORBIDDEN',
  4009: 'SUPERSEDED',
  4401: 'SESSION_REVOKED',
};
const RECONNECTS: Readonly<Record<number, string>> = {
  1001: 'GOING_AWAY',
  1012: 'SERVICE_RESTART',
  1013: 'TRY_AGAIN_LATER',
  4008: 'SLOW_CONSUMER',
  4040: 'IDLE',
};
const BACKS_OFF: Readonly<Record<number, string>> = {
  1002: 'PROTOCOL_ERROR',
  1003: 'UNSUPPORTED_DATA',
  1007: 'INVALID_PAYLOAD',
  1008: 'POLICY_VIOLATION',
  1009: 'MESSAGE_TOO_BIG',
  1011: 'INTERNAL_ERROR',
  4013: 'CAPACITY',
  4029: 'RATE_LIMITED',
};

/** The action and the name of a close code. A code that nobody knows is a lost connection. */
export function closeAction(code: number): { action: CloseAction; name: string } {
  if (code === 4002) return { action: 'refresh', name: 'AUTH_INVALID' };
  const stop = STOPS[code];
  if (stop !== undefined) return { action: 'stop', name: stop };
  const backOff = BACKS_OFF[code];
  if (backOff !== undefined) return { action: 'back_off', name: backOff };
  return { action: 'reconnect', name: RECONNECTS[code] ?? 'LOST' };
}
