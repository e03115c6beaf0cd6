import { timingSafeEqual } from 'node:crypto';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { RefusalRecorder } from '../../platform/common/refusal-recorder.js';
import { recordRefusal } from '../access/record-refusal.js';
import { DomainError } from '../../platform/common/errors.js';
import { ACCESS, type Access, BEFORE_PASSWORD_CHANGE, ROLES } from '../access/access.js';
import { type GuardedRequest, identifyOnce } from '../access/guarded-request.js';
import { type Identification, IdentityProvider } from '../access/identity-provider.js';
import type { Role } from '../access/principal.js';
import { UpgradeRefusal } from '../access/upgrade-refusal.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Lets signed-in staff in: to HTTP routes, with the CSRF token where the method is unsafe, and to a socket's upgrade. */
@Injectable()
export class SessionCookieGuard implements CanActivate {
  constructor(
    private readonly identities: IdentityProvider,
    private readonly reflector: Reflector,
    private readonly refusals: RefusalRecorder,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType<string>() === 'ws') return true;
    const isUpgrade = context.getType<string>() === 'upgrade';
    const targets = [context.getHandler(), context.getClass()];
    if (!isUpgrade && this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets) !== undefined) return true;
    const request = context.switchToHttp().getRequest<GuardedRequest>();
    const identification = await identifyOnce(request, this.identities);
    if (identification.kind !== 'identified') {
      // Invalid, and no credential: it was never one of ours.
      const isForged = identification.kind === 'invalid' && this.identities.credentialOf(request) === undefined;
      const unauthenticated = new DomainError('UNAUTHENTICATED', 'sign in first', isForged ? { refusal: 'access.forged_cookie' } : {});
      if (!isUpgrade) throw unauthenticated;
      await recordRefusal(this.refusals, unauthenticated, request);
      throw closeFor(identification);
    }
    request.principal = identification.principal;
    request.csrfToken = identification.csrfToken;
    const mustChange = identification.principal.passwordChangeRequired === true;
    if (isUpgrade) {
      if (mustChange) throw UpgradeRefusal.close(4003, 'the password must be changed first', { reason: 'password_change' });
      return true;
    }
    requireCsrfToken(request);
    if (mustChange && !this.reflector.getAllAndOverride<boolean | undefined>(BEFORE_PASSWORD_CHANGE, targets))
      throw new DomainError('PASSWORD_CHANGE_REQUIRED', 'change the password first: POST /api/v1/auth/password');
    const roles = this.reflector.getAllAndOverride<Role[] | undefined>(ROLES, targets);
    if (roles && !roles.includes(identification.principal.role))
      throw new DomainError('FORBIDDEN', 'your role does not permit this', { refusal: 'access' });
    return true;
  }
}

/** A browser cannot read a refused upgrade, but it can read a close code. */
function closeFor(identification: Identification): UpgradeRefusal {
  return identification.kind === 'absent'
    ? UpgradeRefusal.close(4001, 'no session', { reason: 'auth_required' })
    : UpgradeRefusal.close(4002, 'bad or expired session', { reason: 'auth_invalid' });
}

function requireCsrfToken(request: GuardedRequest): void {
  if (SAFE_METHODS.has(request.method ?? '') || request.csrfToken === null || request.csrfToken === undefined) return;
  const header = request.headers['x-csrf-token'];
  const given = Buffer.from(typeof header === 'string' ? header : '');
  const expected = Buffer.from(request.csrfToken);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new DomainError('CSRF_TOKEN_INVALID', 'the X-CSRF-Token header is missing or wrong');
  }
}
