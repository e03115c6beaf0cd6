import type { Status } from '../protocol.js';
import type { Cursor, Hello, LinkEvents } from '../transports/transport.js';

/** The client's side of a connection. */
export interface ConnectionHost {
  /** Takes a link's reports. */
  readonly reports: Omit<LinkEvents, 'hello' | 'alive' | 'end'>;
  hello(hello: Hello): void;
  /** Departments wanted now, with their places. */
  wanted(): ReadonlyMap<string, Cursor | undefined>;
  /** Every wanted department follows the log. */
  isCaughtUp(): boolean;
  /** The link is gone. `clear`: the session was revoked, the screen must show nothing. */
  lost(clear: boolean): void;
  status(status: Status): void;
}
