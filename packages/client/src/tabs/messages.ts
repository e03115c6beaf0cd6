import type { Cursor, LinkEvents } from '../transports/transport.js';

/** Departments that a tab wants, each with its place. */
export type Wanted = ReadonlyMap<string, Cursor | undefined>;

/** A report of a link, as it goes from the leader to the tabs. */
export type Report = { [K in keyof LinkEvents]: [K, ...Parameters<LinkEvents[K]>] }[keyof LinkEvents];

/** A message from a tab to the leader. */
export type Request =
  | { kind: 'join' | 'follow'; from: string; wanted: Wanted }
  | { kind: 'restart'; from: string; dept: string; cursor: Cursor | undefined }
  | { kind: 'send'; from: string; id: string; type: string; data: unknown }
  | { kind: 'ack'; from: string; dept: string; seq: number }
  | { kind: 'ping' | 'leave'; from: string };

/** The messages between tabs. A report without `to` is for all; `bye` says that the connection has gone with its tab. */
export type Message = Request | { kind: 'report'; to?: string | undefined; report: Report } | { kind: 'bye' };
