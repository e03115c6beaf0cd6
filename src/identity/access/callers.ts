import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { GuardedRequest } from './guarded-request.js';
import { type Identification, IdentityProvider } from './identity-provider.js';
import type { BoardPrincipal } from './principal.js';

/** `renewedCookie`: a `Set-Cookie` for the answer. */
export type BoardIdentification =
  { kind: 'identified'; principal: BoardPrincipal; csrfToken: null; renewedCookie?: string } | { kind: 'absent' } | { kind: 'invalid' };
export type CallerIdentification = Identification | BoardIdentification;

/** The boards' side of sign-in, whichever identity provider people have. */
export abstract class BoardIdentities {
  abstract identify(request: IncomingMessage): Promise<BoardIdentification>;
  /** As of an `IdentityProvider`. */
  abstract credentialOf(request: IncomingMessage): string | undefined;
}

const AS_BOARD = /[?&]as=board(?:&|$)/;

/** The caller of a request: a person, or, where the request says `?as=board`, the wall board of the same browser. */
@Injectable()
export class Callers {
  constructor(
    private readonly people: IdentityProvider,
    private readonly boards: BoardIdentities,
  ) {}

  /** Asks once for each request, however many guards want to know. */
  async identify(request: GuardedRequest): Promise<CallerIdentification> {
    request.identification ??= await this.sideOf(request).identify(request);
    return request.identification;
  }

  credentialOf(request: IncomingMessage): string | undefined {
    return this.sideOf(request).credentialOf(request);
  }

  private sideOf({ url = '' }: IncomingMessage): IdentityProvider | BoardIdentities {
    return AS_BOARD.test(url) ? this.boards : this.people;
  }
}
