import { HttpException, HttpStatus } from '@nestjs/common';
import { DomainError, type ErrorCode, ownErrorCodes } from '../../common/errors.js';

/** The HTTP status of every code; a new code does not compile without one. */
export const HTTP_STATUS_OF: Record<ErrorCode, number> = {
  VALIDATION_FAILED: HttpStatus.BAD_REQUEST,
  MALFORMED_JSON: HttpStatus.BAD_REQUEST,
  UNKNOWN_TYPE: HttpStatus.BAD_REQUEST,
  UNSUPPORTED_DATA: HttpStatus.UNSUPPORTED_MEDIA_TYPE,
  IDEMPOTENCY_KEY_REQUIRED: HttpStatus.BAD_REQUEST,
  REASON_REQUIRED: HttpStatus.BAD_REQUEST,
  UNAUTHENTICATED: HttpStatus.UNAUTHORIZED,
  INVALID_CREDENTIALS: HttpStatus.UNAUTHORIZED,
  FORBIDDEN: HttpStatus.FORBIDDEN,
  PASSWORD_CHANGE_REQUIRED: HttpStatus.FORBIDDEN,
  CSRF_TOKEN_INVALID: HttpStatus.FORBIDDEN,
  ORIGIN_FORBIDDEN: HttpStatus.FORBIDDEN,
  WSS_REQUIRED: HttpStatus.FORBIDDEN,
  NOT_FOUND: HttpStatus.NOT_FOUND,
  METHOD_NOT_ALLOWED: HttpStatus.METHOD_NOT_ALLOWED,
  ALREADY_EXISTS: HttpStatus.CONFLICT,
  STILL_IN_USE: HttpStatus.CONFLICT,
  CALL_ALREADY_ACCEPTED: HttpStatus.CONFLICT,
  CALL_CLOSED: HttpStatus.CONFLICT,
  CALL_STATE_CONFLICT: HttpStatus.CONFLICT,
  CALL_VERSION_STALE: HttpStatus.CONFLICT,
  SHIFT_HAS_CALLS: HttpStatus.CONFLICT,
  LAST_ON_DUTY: HttpStatus.CONFLICT,
  PAYLOAD_TOO_LARGE: HttpStatus.PAYLOAD_TOO_LARGE,
  REQUEST_TIMEOUT: HttpStatus.REQUEST_TIMEOUT,
  IDEMPOTENCY_KEY_REUSED: HttpStatus.UNPROCESSABLE_ENTITY,
  REFUSED: HttpStatus.UNPROCESSABLE_ENTITY,
  RATE_LIMITED: HttpStatus.TOO_MANY_REQUESTS,
  CAPACITY_EXCEEDED: HttpStatus.SERVICE_UNAVAILABLE,
  INTERNAL: HttpStatus.INTERNAL_SERVER_ERROR,
  UNAVAILABLE: HttpStatus.SERVICE_UNAVAILABLE,
};

/** The HTTP status of an error: its own, that of a code of a hospital's own, or that of Wardline's code. */
export function statusOf({ status, code }: DomainError): number {
  return status ?? ownErrorCodes().get(code)?.status ?? HTTP_STATUS_OF[code];
}

/** Codes for the statuses of Nest's exceptions. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'VALIDATION_FAILED',
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  408: 'REQUEST_TIMEOUT',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_DATA',
  429: 'RATE_LIMITED',
  503: 'UNAVAILABLE',
};

/** An exception of Nest's that a handler threw, in the words of every transport: its status and its message. */
export function fromHttpException(exception: HttpException): DomainError {
  const status = exception.getStatus();
  const code = CODE_OF_STATUS[status] ?? (status >= 500 ? 'INTERNAL' : 'REFUSED');
  const message = status >= 500 && status !== 503 ? 'something went wrong here; it is logged' : exception.message;
  return new DomainError(code, message, { status, cause: exception });
}
