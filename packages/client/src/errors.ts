import type { CallView } from './protocol.js';

/** Codes that this client itself settles a command with. Every other code is the server's. */
export type ClientErrorCode = 'EXPIRED' | 'QUEUE_FULL' | 'SIGNED_OUT' | 'CLOSED' | 'NETWORK' | 'TIMEOUT' | 'MALFORMED_ANSWER';

/** The `error` of an answer, the same over HTTP and over a socket. */
export interface ErrorBody {
  code: string;
  message: string;
  details?: Readonly<Record<string, unknown>>;
  retryable: boolean;
  /** Seconds. */
  retry_after?: number | undefined;
}

/** A refusal by the server, or a failure on the way to it. */
export class WardlineError extends Error {
  override readonly name = 'WardlineError';
  /** A code of the server's table of errors, or a {@link ClientErrorCode}. */
  declare readonly code: string;
  /** The same request may succeed later without a change. */
  declare readonly retryable: boolean;
  /** Facts for the caller; `call` is the call as it is now, where its state forbids the command. */
  declare readonly details: Readonly<Record<string, unknown>> & { call?: CallView };
  /** Seconds to wait before another try, where the server named them. */
  declare readonly retryAfter: number | undefined;
  /** HTTP status, where the answer came over HTTP. */
  declare readonly status: number | undefined;

  constructor(body: ErrorBody, options: { status?: number; cause?: unknown } = {}) {
    super(body.message, options);
    this.code = body.code;
    this.retryable = body.retryable;
    this.details = body.details ?? {};
    this.retryAfter = body.retry_after;
    this.status = options.status;
  }
}

/** An error of this side: no server said it. */
export function clientError(code: ClientErrorCode, message: string, retryable: boolean, cause?: unknown): WardlineError {
  return new WardlineError({ code, message, retryable }, { cause });
}

/** The answer to everything that is asked of a closed client. */
export const closedError = (): WardlineError => clientError('CLOSED', 'closed', false);
