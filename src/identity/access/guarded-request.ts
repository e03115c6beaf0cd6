import type { IncomingMessage } from 'node:http';
import type { Identification, IdentityProvider } from './identity-provider.js';
import type { Principal } from './principal.js';

/** A request as the guards leave it, over HTTP as well as at a socket's upgrade. */
export type GuardedRequest = IncomingMessage & {
  /** Where it comes from, with trusted proxies taken into account. */
  clientAddress?: string;
  requestId?: string;
  principal?: Principal;
  csrfToken?: string | null;
  /** What the identity provider said, kept for the guards that come after the one that asked. */
  identification?: Identification;
  /** The guards are asked what they would say: nothing is to be counted or taken. */
  isPreview?: boolean;
  /** Whether the key that a station sent is still its own. Asked again after a long wait. */
  isKeyValid?: () => Promise<boolean>;
};

/** Of a path that is written down. */
const MAX_TARGET = 200;

/** What a refused request was for, as the record has it. */
export function targetOf({ method = '', url = '' }: GuardedRequest): string {
  return `${method} ${url.split('?', 1)[0] ?? ''}`.slice(0, MAX_TARGET);
}

/** Asks who sent the request, once however many guards want to know. */
export async function identifyOnce(request: GuardedRequest, provider: IdentityProvider): Promise<Identification> {
  request.identification ??= await provider.identify(request);
  return request.identification;
}
