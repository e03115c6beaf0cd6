/**
 * The codes of Wardline's errors, the same on every transport, each with its meaning for the caller. `retryable`: the same
 * request may succeed later without being changed.
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
    meaning: 'Another person set the password: its owner changes it first, by `POST /auth/password`.',
  },
  CSRF_TOKEN_INVALID: { retryable: false, meaning: 'An unsafe method under a session cookie without its `X-CSRF-Token`.' },
  ORIGIN_FORBIDDEN: { retryable: false, meaning: 'The request comes from a page of another origin.' },
  WSS_REQUIRED: { retryable: false, meaning: 'Plain HTTP or WS where TLS is required.' },
  NOT_FOUND: { retryable: false, meaning: 'Does not exist, or belongs to a department that the caller does not.' },
  METHOD_NOT_ALLOWED: { retryable: false, meaning: 'The path exists, not for this method.' },
  ALREADY_EXISTS: { retryable: false, meaning: 'The id or name is taken; ids are never reused.' },
  STILL_IN_USE: { retryable: false, meaning: 'Something that is still open or in use refers to it.' },
  CALL_ALREADY_ACCEPTED: { retryable: false, meaning: 'Another person accepted the call first; `details.call` is the call.' },
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
  REFUSED: { retryable: false, meaning: 'A part of this hospital’s own refused, with the HTTP status of the answer.' },
  RATE_LIMITED: { retryable: true, meaning: 'Too many; `retry_after` seconds.' },
  CAPACITY_EXCEEDED: {
    retryable: true,
    meaning: 'As many users are connected, or members in rooms, as the cluster may hold; `retry_after` seconds.',
  },
  INTERNAL: { retryable: false, meaning: 'A defect of the server; it is logged under the request id.' },
  UNAVAILABLE: { retryable: true, meaning: 'The server or its database cannot answer now; nothing was lost, try again with the same key.' },
} as const satisfies Record<string, { retryable: boolean; meaning: string }>;

/** A code of Wardline's own. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** The promise of an error code of a hospital's own. */
export interface OwnErrorTraits {
  /** HTTP status, 400 to 599. */
  readonly status: number;
  /** True where the same request may succeed later without being changed. */
  readonly retryable: boolean;
  /** One sentence for the published protocol. */
  readonly meaning: string;
}

const ownCodes = new Map<string, OwnErrorTraits>();
const PREFIX = /^[a-z][a-z0-9-]{0,31}$/;
const OWN_CODE = /^[A-Z][A-Z0-9_]{0,47}$/;

/** Makes an error of a hospital's own; throw it like a DomainError. */
export type OwnError = (message: string, options?: DomainErrorOptions) => DomainError;

/**
 * Error codes of a hospital's own. They are answered alike over HTTP and sockets, and published beside Wardline's.
 * @param prefix the hospital's name: `st-jude` makes `ST_JUDE_BED_TAKEN` of `BED_TAKEN`
 * @throws Error for a prefix or code that is none, for a status that is none, and for a code that is taken
 */
export function defineErrors<const T extends Readonly<Record<string, OwnErrorTraits>>>(
  prefix: string,
  errors: T,
): { readonly [K in keyof T]: OwnError } {
  if (!PREFIX.test(prefix)) throw new Error(`the prefix of error codes must match ${PREFIX.source}`);
  const made: Record<string, OwnError> = {};
  for (const [name, traits] of Object.entries(errors)) {
    const code = `${prefix.replaceAll('-', '_').toUpperCase()}_${name}`;
    if (!OWN_CODE.test(name)) throw new Error(`the error code ${name} must match ${OWN_CODE.source}`);
    if (!Number.isInteger(traits.status) || traits.status < 400 || traits.status > 599)
      throw new Error(`${code} has no status of an error`);
    const known = ownCodes.get(code);
    if (code in ERROR_CODES || (known && JSON.stringify(known) !== JSON.stringify(traits)))
      throw new Error(`two error codes are called ${code}`);
    ownCodes.set(code, traits);
    // The code is published under its own name; the type knows Wardline's.
    made[name] = (message, options) => new DomainError(code as ErrorCode, message, options);
  }
  return made as { readonly [K in keyof T]: OwnError };
}

/** Error codes of a hospital's own, by name. */
export function ownErrorCodes(): ReadonlyMap<string, OwnErrorTraits> {
  return ownCodes;
}

/** Fields that a caller gets besides code and message. Never the caller's own text. */
export type ErrorDetails = Readonly<Record<string, unknown>>;

/** The parts of a refusal besides its code and message. */
export interface DomainErrorOptions {
  details?: ErrorDetails;
  retryAfter?: number;
  cause?: unknown;
  isDenial?: boolean;
  refusal?: string;
  /** The HTTP status, where it is not the code's. */
  status?: number;
}

/** A refusal that the caller can act upon. Each transport maps the code; nothing else is thrown on purpose. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly details: ErrorDetails | undefined;
  /** HTTP status; undefined where it is the code's. */
  readonly status: number | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  /**
   * True when the caller tried something that is not for them. The caller does not learn it: an object that they may not see
   * answers as if it did not exist.
   */
  readonly isDenial: boolean;
  /** The record's name for this refusal, where it does not follow from the code. The caller does not learn it either. */
  readonly refusal: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: DomainErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details;
    this.status = options.status;
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
    retryable: ownCodes.get(error.code)?.retryable ?? ERROR_CODES[error.code].retryable,
    ...(error.retryAfter !== undefined && { retry_after: error.retryAfter }),
  };
}

/** The person's role lacks a capability. It is in the record, as what is refused to a role is. */
export function notPermitted(): DomainError {
  return new DomainError('FORBIDDEN', 'your role does not permit this', { details: { reason: 'capability' }, refusal: 'access' });
}

/** Something one may not know of is answered like something that does not exist. */
export function notFound(what: string): DomainError {
  return new DomainError('NOT_FOUND', `no such ${what}`);
}

/** An error as an answer over HTTP has it. @param requestId undefined where the request has none yet */
export function toErrorAnswer(error: DomainError, requestId: string | undefined) {
  return { error: { ...toErrorBody(error), request_id: requestId } };
}
