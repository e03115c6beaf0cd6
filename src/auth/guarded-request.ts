import type { IncomingMessage } from 'node:http';
import type { Principal } from './principal.js';

/** A request as the guards leave it, over HTTP as well as at a socket's upgrade. */
export type GuardedRequest = IncomingMessage & {
  /** Where it comes from, with trusted proxies taken into account. */
  clientAddress?: string;
  requestId?: string;
  principal?: Principal;
  csrfToken?: string | null;
};
