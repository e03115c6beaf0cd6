/**
 * The codes that Wardline answers with, the same on every transport, and what each tells the caller.
 * `retryable`: the same request may succeed later without being changed.
 */
export const ERROR_CODES = {
  VALIDATION_FAILED: {
    retryable: false,
    meaning: 'A field is missing, unknown, or of the wrong type or range; `details.fields` names them.',
  },
  MALFORMED_JSON: { retryable: false, meaning: 'The body or frame is not JSON.' },
  UNKNOWN_TYPE: { retryable: false, meaning: 'The frame names no command of this server.' },
  UNSUPPORTED_DATA: { retryable: false, meaning: 'A binary frame, or a content type other than application/json.' },
  IDEMPOTENCY_KEY_REQUIRED: {
    retryable: false,
    meaning: 'A command of a person needs an `Idempotency-Key` (over a socket: the frame id), a UUID.',
  },
  REASON_REQUIRED: { retryable: false, meaning: 'A remote cancel needs a reason.' },
  UNAUTHENTICATED: { retryable: false, meaning: 'No valid session or station key.' },
  INVALID_CREDENTIALS: { retryable: false, meaning: 'Wrong user name or password.' },
  FORBIDDEN: { retryable: false, meaning: 'Signed in, but not permitted; `details.reason` may say why.' },
  PASSWORD_CHANGE_REQUIRED: {
    retryable: false,
    meaning: 'Somebody else set the password: its owner changes it first, by `POST /auth/password`.',
  },
  CSRF_TOKEN_INVALID: { retryable: false, meaning: 'An unsafe method under a session cookie without its `X-CSRF-Token`.' },
  ORIGIN_FORBIDDEN: { retryable: false, meaning: 'The request comes from a page of another origin.' },
  WSS_REQUIRED: { retryable: false, meaning: 'Plain HTTP or WS where TLS is required.' },
  NOT_FOUND: { retryable: false, meaning: 'Does not exist, or belongs to a department that the caller does not.' },
  METHOD_NOT_ALLOWED: { retryable: false, meaning: 'The path exists, not for this method.' },
  ALREADY_EXISTS: { retryable: false, meaning: 'The id or name is taken; ids are never reused.' },
  STILL_IN_USE: { retryable: false, meaning: 'Something that is still open or in use refers to it.' },
  CALL_ALREADY_ACCEPTED: { retryable: false, meaning: 'Somebody accepted the call first; `details.call` is the call.' },
  CALL_CLOSED: { retryable: false, meaning: 'The call is completed or cancelled; `details.call` is the call.' },
  CALL_STATE_CONFLICT: { retryable: false, meaning: "The call's state does not allow the command; `details.call` is the call." },
  CALL_VERSION_STALE: { retryable: false, meaning: 'The call changed since the version named; `details.call` is the call.' },
  SHIFT_HAS_CALLS: {
    retryable: false,
    meaning: 'A call in progress must be completed or handed over before the shift ends or a break begins.',
  },
  LAST_ON_DUTY: {
    retryable: false,
    meaning:
      'Nobody else on duty can be reached in `details.departments`; `confirm: true` ends the shift or begins the break all the same.',
  },
  PAYLOAD_TOO_LARGE: { retryable: false, meaning: 'The body, or the headers, are over their limit.' },
  REQUEST_TIMEOUT: { retryable: true, meaning: 'The request took too long to come.' },
  IDEMPOTENCY_KEY_REUSED: { retryable: false, meaning: 'The key was used for another command.' },
  RATE_LIMITED: { retryable: true, meaning: 'Too many; `retry_after` seconds.' },
  CAPACITY_EXCEEDED: {
    retryable: true,
    meaning: 'As many users are connected, or members in rooms, as the cluster may hold; `retry_after` seconds.',
  },
  INTERNAL: { retryable: false, meaning: 'A defect of the server; it is logged under the request id.' },
  UNAVAILABLE: { retryable: true, meaning: 'The server or its database cannot answer now; nothing was lost, try again with the same key.' },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What beside code and message a caller gets. Never what the caller sent. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** A refusal that the caller can act upon. Each transport maps the code; nothing else is thrown on purpose. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly details: ErrorDetails | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /** Whether the caller tried something that is not for them. Not told to them: what they may not know of is as what does not exist. */
  readonly isDenial: boolean;
  /** What the record calls this refusal, where that does not follow from the code. Not told to the caller either. */
  readonly refusal: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { details?: ErrorDetails; retryAfter?: number; cause?: unknown; isDenial?: boolean; refusal?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details;
    this.retryAfter = options.retryAfter;
    this.isDenial = options.isDenial ?? code === 'FORBIDDEN';
    this.refusal = options.refusal;
  }
}

/** An error as both transports write it. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  details?: ErrorDetails;
  retryable: boolean;
  retry_after?: number;
}

export function toErrorBody(error: DomainError): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    ...(error.details && { details: error.details }),
    retryable: ERROR_CODES[error.code].retryable,
    ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
  };
}

/** Something one may not know of is answered like something that does not exist. */
export function notFound(what: string): DomainError {
  return new DomainError('NOT_FOUND', `no such ${what}`);
}
