import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { z } from 'zod';
import type { GuardedRequest } from '../../identity/access/guarded-request.js';
import { actorOf, type Role, type StaffPrincipal } from '../../identity/access/principal.js';
import { AuditLog } from '../../identity/audit/audit-log.service.js';
import { SessionCookie } from '../../identity/sessions/session-cookie.js';
import { SessionsService } from '../../identity/sessions/sessions.service.js';
import { Passwords } from '../../identity/sign-in/passwords.js';
import { DomainError } from '../../platform/common/errors.js';
import { newSecret, slug } from '../../platform/common/values/ids.js';
import { freeText, typedText } from '../../platform/common/values/text.js';
import { validate } from '../../platform/common/values/validation.js';
import { isUniqueViolation } from '../../platform/database/database-error.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { role, username } from '../shared/admin-schemas.js';
import { ExternalPeople } from './external-people.js';

const identity = z.strictObject({
  issuer: typedText(1, 500),
  subject: typedText(1, 500),
  username,
  name: freeText(200),
  role,
  departments: z
    .array(slug)
    .max(200)
    .transform((all) => [...new Set(all)]),
});

/** A person that another system vouches for. */
export interface ExternalIdentity {
  /** The system: the issuer of an OpenID provider. */
  issuer: string;
  /** The person there: a name that never changes and is never given to another person. */
  subject: string;
  username: string;
  name: string;
  role: Role;
  /** The departments of the person, all of them. */
  departments: readonly string[];
}

/** The HTTP exchange that a browser signs in by. */
export interface SignInExchange {
  request: GuardedRequest;
  response: Pick<Response, 'append'>;
}

/**
 * Sign-in by another system (OpenID Connect, SAML, a portal): a route of a hospital's own checks what the system says, and hands the person over. The
 * caller answers for every field: Wardline believes them.
 */
@Injectable()
export class ExternalSignIn {
  constructor(
    private readonly people: ExternalPeople,
    private readonly transactions: Transactions,
    private readonly sessions: SessionsService,
    private readonly cookie: SessionCookie,
    private readonly passwords: Passwords,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Makes the person, or brings name, role and departments up to date, and gives the browser a session, as a sign-in with a password does. A department
   * in which the person has a call in progress stays theirs until the next sign-in. Audited, refusals too.
   * @throws DomainError VALIDATION_FAILED for a field or an unknown department; ALREADY_EXISTS where somebody else has the user name; FORBIDDEN for a
   *   person who was deactivated; STILL_IN_USE for the last administrator, who stays one
   */
  async signInExternal(who: ExternalIdentity, { request, response }: SignInExchange): Promise<StaffPrincipal> {
    const address = request.clientAddress ?? '';
    const valid = validate(identity, who);
    const unknown = await this.passwords.hash({ lane: 'known', key: `${valid.issuer} ${valid.subject}` }, newSecret(24));
    try {
      const token = await this.transactions.run((tx) => this.open(tx, valid, unknown, request, address));
      const principal = await this.sessions.find(token);
      if (!principal) throw new DomainError('UNAVAILABLE', 'the session has ended already, try again');
      response.append('Set-Cookie', this.cookie.issue(token));
      return principal;
    } catch (error) {
      if (error instanceof DomainError)
        await this.audit.record({
          actor: 'anonymous',
          action: 'sign_in',
          result: 'refused',
          ...(address !== '' && { address }),
          detail: { issuer: valid.issuer, reason: error.code.toLowerCase() },
        });
      if (isUniqueViolation(error, 'staff_username_key'))
        throw new DomainError('ALREADY_EXISTS', 'the user name is taken by somebody else');
      throw error;
    }
  }

  private async open(
    tx: Transaction,
    who: z.infer<typeof identity>,
    hash: string,
    request: GuardedRequest,
    address: string,
  ): Promise<string> {
    const staffId = await this.people.settle(tx, who, hash);
    const { sessionId, token } = await this.sessions.open(tx, staffId, address);
    await this.sessions.giveWay(tx, { staffId, to: sessionId, replaced: this.cookie.read(request.headers.cookie) ?? undefined });
    const actor = actorOf({ kind: 'staff', id: staffId });
    this.audit.append(tx, { actor, action: 'sign_in', result: 'ok', ...(address !== '' && { address }), detail: { issuer: who.issuer } });
    return token;
  }
}
