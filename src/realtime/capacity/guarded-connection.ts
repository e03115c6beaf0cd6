import type { ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import type { ReaderPrincipal } from '../../identity/access/principal.js';
import { DomainError, type ErrorCode } from '../../platform/common/errors.js';
import type { ConnectionSlot } from './connection-slots.js';

/** A request for a connection: a socket's upgrade, or an event stream. */
export type ConnectionRequest = GuardedRequest & {
  slot?: ConnectionSlot;
};

/** Seconds until a refused client may try again. */
export const FULL_RETRY_SEC = 30;

/** True for a frame of an open socket: none of these guards decide on those. */
export function isFrame(context: ExecutionContext): boolean {
  return context.getType<string>() === 'ws';
}

export function isUpgrade(context: ExecutionContext): boolean {
  return context.getType<string>() === 'upgrade';
}

export function connectionRequest(context: ExecutionContext): ConnectionRequest {
  return context.switchToHttp().getRequest<ConnectionRequest>();
}

/**
 * The owner of the future connection.
 * @throws DomainError UNAUTHENTICATED when no guard before has said so
 */
export function readerOf({ principal }: ConnectionRequest): ReaderPrincipal {
  if (principal?.kind !== 'staff' && principal?.kind !== 'board') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return principal;
}

/** A refusal that names its rule for machines, in `details.reason`. */
export function refusal(code: ErrorCode, reason: string, message: string, retryAfter: number): DomainError {
  return new DomainError(code, message, { retryAfter, details: { reason } });
}
