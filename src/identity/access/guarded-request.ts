import type { IncomingMessage } from 'node:http';
import type { CallerIdentification } from './callers.js';
import type { Principal } from './principal.js';

/** A request as the guards leave it, over HTTP as well as at a socket's upgrade. */
export type GuardedRequest = IncomingMessage & {
  /** The client's address, with trusted proxies taken into account. */
  clientAddress?: string;
  requestId?: string;
  principal?: Principal;
  csrfToken?: string | null;
  /** @internal the caller as identified, kept for the guards that come after the one that asked */
  identification?: CallerIdentification;
  /** A `Set-Cookie` for the answer. */
  renewedCookie?: string | undefined;
  /** The guards are asked what they would say: nothing is to be counted or taken. */
  isPreview?: boolean;
  /** Resolves to true while the station's key is still its own. Checked again after a long wait. */
  isKeyValid?: () => Promise<boolean>;
};

/** Characters of a path in a record. */
const MAX_TARGET = 200;

/** The target of a refused request, as the record names it. */
export function targetOf({ method = '', url = '' }: GuardedRequest): string {
  return `${method} ${url.split('?', 1)[0] ?? ''}`.slice(0, MAX_TARGET);
}
