import type { Departure, DepartureReason } from '../../../operations/shutdown/departure.js';

/** How to reach the database that the supervisor runs. */
export interface DatabaseUrls {
  readonly ownerUrl: string;
  readonly applicationUrl: string;
}

/** Hints between workers. A poll or a check would find each of them as well, later. */
export interface News {
  /** Departments whose logs have grown. */
  readonly departments: readonly string[];
  readonly endedSessions: readonly string[];
  /** A person's role or memberships have changed, or more sessions ended than are listed. */
  readonly isSessionCheckDue: boolean;
}

/** From the supervisor to a worker. */
export type ToWorker =
  /**
   * First of all. Without `database` the settings name one; `serverId` is there when it must differ from SERVER_ID. The database of a successor
   * has been right before: where it is away, it is waited for.
   */
  | {
      readonly kind: 'start';
      readonly port: number;
      readonly isSuccessor: boolean;
      readonly database?: DatabaseUrls;
      readonly serverId?: string;
    }
  | { readonly kind: 'leave'; readonly departure: Departure }
  /** How many other workers live. */
  | { readonly kind: 'peers'; readonly count: number }
  /** How many log lines the supervisor has lost: it has no metrics of its own. */
  | { readonly kind: 'lines_lost'; readonly lines: number }
  | { readonly kind: 'news'; readonly news: News };

/** From a worker to the supervisor. */
export type FromWorker =
  /** Its event loop turns: once a second from when it has loaded. */
  | { readonly kind: 'beat' }
  /** It takes connections. `rssBytes` is what a fresh worker needs. */
  | { readonly kind: 'ready'; readonly url: string; readonly rssBytes: number }
  /** It should leave; the supervisor says when. */
  | { readonly kind: 'ask'; readonly departure: Departure; readonly reason: DepartureReason }
  | { readonly kind: 'news'; readonly news: News };
