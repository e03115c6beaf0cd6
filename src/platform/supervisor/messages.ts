import type { Departure, DepartureReason } from '../../operations/shutdown/departure.js';

/** How to reach the database that the supervisor runs. */
export interface DatabaseUrls {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
}

/** What one worker tells the others: only hints, each of which a poll or a check would find as well, later. */
export interface News {
  /** Whose logs have grown. */
  readonly departments: readonly string[];
  readonly endedSessions: readonly string[];
  /** Somebody's role or memberships have changed, or more sessions ended than are listed. */
  readonly isSessionCheckDue: boolean;
}

/** From the supervisor to a worker. */
export type ToWorker =
  /** First of all. Without `database` the settings name one; `serverId` is there when it must differ from SERVER_ID. */
  | { readonly kind: 'start'; readonly port: number; readonly database?: DatabaseUrls; readonly serverId?: string }
  | { readonly kind: 'leave'; readonly departure: Departure }
  /** How many other workers live. */
  | { readonly kind: 'peers'; readonly count: number }
  | { readonly kind: 'news'; readonly news: News };

/** From a worker to the supervisor. */
export type FromWorker =
  /** Its event loop turns: once a second from when it is ready. */
  | { readonly kind: 'beat' }
  /** It takes connections. `rssBytes` is what a fresh worker needs. */
  | { readonly kind: 'ready'; readonly url: string; readonly rssBytes: number }
  /** It should leave; the supervisor says when. */
  | { readonly kind: 'ask'; readonly departure: Departure; readonly reason: DepartureReason }
  | { readonly kind: 'news'; readonly news: News };
