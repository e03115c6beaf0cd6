// Written by `npm run generate` from the schemas that the server validates with. Do not edit.
/** Every close code with its name, for logs and people. */
export const CLOSE_CODES: Readonly<Record<number, string | undefined>> = {
  1000: 'NORMAL',
  1001: 'GOING_AWAY',
  1002: 'PROTOCOL_ERROR',
  1003: 'UNSUPPORTED_DATA',
  1007: 'INVALID_PAYLOAD',
  1008: 'POLICY_VIOLATION',
  1009: 'MESSAGE_TOO_BIG',
  1011: 'INTERNAL_ERROR',
  1012: 'SERVICE_RESTART',
  1013: 'TRY_AGAIN_LATER',
  4001: 'AUTH_REQUIRED',
  4002: 'AUTH_INVALID',
  4003: 'FORBIDDEN',
  4008: 'SLOW_CONSUMER',
  4009: 'SUPERSEDED',
  4013: 'CAPACITY',
  4029: 'RATE_LIMITED',
  4040: 'IDLE',
  4401: 'SESSION_REVOKED',
};
/** Those behind which a client does not reconnect by itself; behind AUTH_INVALID it looks its session up once. */
export const STOPS: Readonly<Record<number, string | undefined>> = {
  1000: 'NORMAL',
  4001: 'AUTH_REQUIRED',
  4002: 'AUTH_INVALID',
  4003: 'FORBIDDEN',
  4009: 'SUPERSEDED',
  4401: 'SESSION_REVOKED',
};
