import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { type Identification, IdentityProvider } from '../access/identity-provider.js';
import { csrfTokenOf, SessionCookie, tokenHash } from './session-cookie.js';
import { SessionsService } from './sessions.service.js';

/** The default: Wardline's own sign-in, by session cookie. */
@Injectable()
export class SessionIdentityProvider extends IdentityProvider {
  constructor(
    private readonly cookie: SessionCookie,
    private readonly sessions: SessionsService,
  ) {
    super();
  }

  async identify(request: IncomingMessage): Promise<Identification> {
    const token = this.cookie.read(request.headers.cookie);
    if (token === null) return { kind: 'absent' };
    if (token === undefined) return { kind: 'invalid' };
    const principal = await this.sessions.find(token);
    return principal ? { kind: 'identified', principal, csrfToken: csrfTokenOf(token) } : { kind: 'invalid' };
  }

  override credentialOf(request: IncomingMessage): string | undefined {
    const token = this.cookie.read(request.headers.cookie);
    return token === null || token === undefined ? undefined : tokenHash(token).toString('base64url');
  }
}
