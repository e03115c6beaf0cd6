/** One call shown to one person. Ids, places, types and times; never a name. */
export interface Annunciation {
  /** The same whenever this annunciation is told again: what a receiver knows a repetition by. */
  id: string;
  call_id: string;
  dept: string;
  room_id: string;
  call_type: string;
  /** As they stand when it is told. */
  priority: number;
  level: number;
  staff_id: string;
  /** ISO 8601, UTC: when the person was added to the call's recipients. */
  queued_at: string;
}

/** What {@link Notifier.name} looks like. */
export const NOTIFIER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * Extension point: tells somebody outside of Wardline (pagers, phones, a hospital's message bus) of each annunciation.
 *
 * Wardline promises: each person that is added to a call's recipients is told after the commit, at least once, by one node, and never
 * twice at the same time as long as `notify` settles in time; when `notify` rejects, or has not settled within 20 s, again after 1, 2, 4 … 256 s;
 * after the 10th try (8.5 minutes) it is given up, with the log line `notification.given_up` and
 * `wardline_notifications_total{result="given_up"}`. A node that dies while it tells leaves that to another, 60 s later. No call ever
 * waits for a notifier, however slow: no transaction is open and no row is locked while it is asked. Nothing is promised of the
 * order, and a call may be accepted or closed by the time that it is told of.
 *
 * An implementation must resolve only when the receiver has taken the annunciation, must reject when it has not, must settle within 20 s,
 * must hand on the same `id` each time, may be asked for up to 16 at once, and keeps its `name`: under it what is still to be told
 * waits for 24 h when no node has the notifier. `test/support/notifier.contract.ts` checks the promise.
 */
export abstract class Notifier {
  /** {@link NOTIFIER_NAME}; of its own among all notifiers of the installation. */
  abstract readonly name: string;
  abstract notify(annunciation: Annunciation): Promise<void>;
}
