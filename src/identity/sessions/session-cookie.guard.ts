import type { ServerResponse } from 'node:http';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { recordRefusal } from '../access/record-refusal.js';
import { DomainError } from '../../platform/common/errors.js';
import { ACCESS, type Access, BEFORE_PASSWORD_CHANGE, OPEN_TO_BOARDS, ROLES } from '../access/access.js';
import { can, CAPABILITIES } from '../access/capabilities.js';
import { type CallerIdentification, Callers } from '../access/callers.js';
import type { GuardedRequest } from '../access/guarded-request.js';
import type { Role } from '../access/principal.js';
import { UpgradeRefusal } from '../access/upgrade-refusal.js';
import { isSameSecret } from '../../platform/common/values/same-secret.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets signed-in staff in: to HTTP routes, with the CSRF token where the method is unsafe, and to a socket's upgrade. A wall board gets to sockets, and to
 * the routes that are open to boards.
 */
@Injectable()
export class SessionCookieGuard implements CanActivate {
  constructor(
    private readonly callers: Callers,
    private readonly reflector: Reflector,
    private readonly refusals: RefusalRecorder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<string>() === 'ws') return true;
    const isUpgrade = context.getType<string>() === 'upgrade';
    const targets = [context.getHandler(), context.getClass()];
    if (!isUpgrade && this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) !== undefined) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const identification = await this.callers.identify(request);
    if (identification.kind !== 'identified') {
      // Invalid, and no credential: it was never one of ours.
      const isForged = identification.kind === 'invalid' && this.callers.credentialOf(request) === undefined;
      const unauthenticated = new DomainError('UNAUTHENTICATED', 'sign in first', isForged ? { refusal: 'access.forged_cookie' } : {});
      if (!isUpgrade) throw unauthenticated;
      await recordRefusal(this.refusals, unauthenticated, request);
      throw closeFor(identification);
    }
    const { principal } = identification;
    request.principal = principal;
    request.csrfToken = identification.csrfToken;
    if ('renewedCookie' in identification) renewCookie(context, request, identification.renewedCookie);
    if (principal.kind === 'board') {
      if (!isUpgrade && !this.reflector.getAllAndOverride<boolean | undefined>(OPEN_TO_BOARDS, targets))
        throw new DomainError('FORBIDDEN', 'boards read, and read no more than they show', { refusal: 'access' });
      return true;
    }
    const mustChange = principal.passwordChangeRequired === true;
    if (isUpgrade) {
      if (mustChange) throw UpgradeRefusal.close(4003, 'the password must be changed first', { reason: 'password_change' });
      return true;
    }
    requireCsrfToken(request);
    if (mustChange && !this.reflector.getAllAndOverride<boolean | undefined>(BEFORE_PASSWORD_CHANGE, targets))
      throw new DomainError('PASSWORD_CHANGE_REQUIRED', 'change the password first: POST /api/v1/auth/password');
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES, targets);
    const capabilities = this.reflector.getAllAndOverride<string[] | undefined>(CAPABILITIES, targets) ?? [];
    const isCapable = capabilities.every((one) => can(principal, one));
    if ((roles && !roles.includes(principal.role)) || !isCapable)
      throw new DomainError('FORBIDDEN', 'your role does not permit this', { refusal: 'access' });
    return true;
  }
}

/** Into the answer; the answer to an upgrade is written elsewhere. */
function renewCookie(context: ExecutionContext, request: GuardedRequest, cookie: string | undefined): void {
  request.renewedCookie = cookie;
  if (cookie !== undefined && context.getType<string>() === 'http')
    context.switchToHttp().getResponse<ServerResponse>().appendHeader('Set-Cookie', cookie);
}

/** A browser cannot read a refused upgrade, but it can read a close code. */
function closeFor(identification: CallerIdentification): UpgradeRefusal {
  return identification.kind === 'absent'
    ? UpgradeRefusal.close(4001, 'no session', { reason: 'auth_required' })
    : UpgradeRefusal.close(4002, 'bad or expired session', { reason: 'auth_invalid' });
}

function requireCsrfToken(request: GuardedRequest): void {
  if (SAFE_METHODS.has(request.method ?? '') || request.csrfToken === null || request.csrfToken === undefined) return;
  const header = request.headers['x-csrf-token'];
  if (!isSameSecret(typeof header === 'string' ? header : '', request.csrfToken)) {
    throw new DomainError('CSRF_TOKEN_INVALID', 'the X-CSRF-Token header is missing or wrong');
  }
}
