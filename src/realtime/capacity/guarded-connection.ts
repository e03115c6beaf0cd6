import type { ExecutionContext } from '@nestjs/common';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { DomainError, type ErrorCode } from '../../platform/common/errors.js';
import type { ConnectionSlot } from './connection-slots.js';

/** A request for a connection: a socket's upgrade, or an event stream. */
export type ConnectionRequest = GuardedRequest & {
  slot?: ConnectionSlot;
};

/** Seconds that who finds no place is told to wait. */
export const FULL_RETRY_SEC = 30;

/** Whether the guard is asked for a frame of an open socket, which none of these decide on. */
export function isFrame(context: ExecutionContext): boolean {
  return context.getType<string>() === 'ws';
}

export function isUpgrade(context: ExecutionContext): boolean {
  return context.getType<string>() === 'upgrade';
}

export function connectionRequest(context: ExecutionContext): ConnectionRequest {
  return context.switchToHttp().getRequest<ConnectionRequest>();
}

/** Whose connection it will be. @throws DomainError UNAUTHENTICATED when no guard before has said so */
export function staffOf({ principal }: ConnectionRequest): StaffPrincipal {
  if (principal?.kind !== 'staff') throw new DomainError('UNAUTHENTICATED', 'sign in first');
  return principal;
}

/** A refusal that tells machines, in `details.reason`, which of the rules it was. */
export function refusal(code: ErrorCode, reason: string, message: string, retryAfter: number): DomainError {
  return new DomainError(code, message, { retryAfter, details: { reason } });
}
