/** A client's action after a close. */
export type ClientAction = 'stop' | 'reconnect_as_told' | 'reconnect' | 'back_off' | 'refresh_session' | 'sign_in' | 'clear_and_stop';

export interface CloseCode {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
  readonly client: ClientAction;
}

/** Every code that a Wardline socket closes with: exported as data, for clients and documents. */
export const CLOSE_CODES = {
  NORMAL: { code: 1000, name: 'NORMAL', meaning: 'done', client: 'stop' },
  GOING_AWAY: { code: 1001, name: 'GOING_AWAY', meaning: 'the node drains', client: 'reconnect_as_told' },
  PROTOCOL_ERROR: { code: 1002, name: 'PROTOCOL_ERROR', meaning: 'malformed WebSocket traffic', client: 'back_off' },
  UNSUPPORTED_DATA: { code: 1003, name: 'UNSUPPORTED_DATA', meaning: 'data of a kind that is not spoken here', client: 'back_off' },
  INVALID_PAYLOAD: { code: 1007, name: 'INVALID_PAYLOAD', meaning: 'text that is not UTF-8', client: 'back_off' },
  POLICY_VIOLATION: { code: 1008, name: 'POLICY_VIOLATION', meaning: 'too many protocol errors', client: 'back_off' },
  MESSAGE_TOO_BIG: { code: 1009, name: 'MESSAGE_TOO_BIG', meaning: 'a frame over MAX_PAYLOAD_BYTES', client: 'back_off' },
  INTERNAL_ERROR: { code: 1011, name: 'INTERNAL_ERROR', meaning: 'a defect of the server', client: 'back_off' },
  SERVICE_RESTART: { code: 1012, name: 'SERVICE_RESTART', meaning: 'the server restarts', client: 'reconnect' },
  TRY_AGAIN_LATER: { code: 1013, name: 'TRY_AGAIN_LATER', meaning: 'not now', client: 'reconnect' },
  AUTH_REQUIRED: { code: 4001, name: 'AUTH_REQUIRED', meaning: 'no session', client: 'sign_in' },
  AUTH_INVALID: { code: 4002, name: 'AUTH_INVALID', meaning: 'bad or expired session', client: 'refresh_session' },
  FORBIDDEN: { code: 4003, name: 'FORBIDDEN', meaning: 'signed in, not permitted (repeated attempts)', client: 'stop' },
  SLOW_CONSUMER: { code: 4008, name: 'SLOW_CONSUMER', meaning: 'the client read too slowly; resume from the log', client: 'reconnect' },
  SUPERSEDED: { code: 4009, name: 'SUPERSEDED', meaning: "the same session's older connection gave way", client: 'stop' },
  CAPACITY: { code: 4013, name: 'CAPACITY', meaning: 'full', client: 'back_off' },
  RATE_LIMITED: { code: 4029, name: 'RATE_LIMITED', meaning: 'too many messages, after warnings', client: 'back_off' },
  IDLE: { code: 4040, name: 'IDLE', meaning: 'nothing heard', client: 'reconnect' },
  SESSION_REVOKED: { code: 4401, name: 'SESSION_REVOKED', meaning: 'the session was ended', client: 'clear_and_stop' },
} as const satisfies Record<string, CloseCode>;
