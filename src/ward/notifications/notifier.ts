/** The types of messages about a call and a person. */
export const NOTIFICATION_TYPES = ['told', 'reminded', 'escalated', 'withdrawn'] as const;
/** The type of a message to a notifier. */
export type NotificationType = (typeof NOTIFICATION_TYPES)[number];

/** One message about one call for one person. Ids, places, types and times; never a name. */
export interface Notification {
  /** The same whenever this message is tried again: a receiver knows a repetition by it. */
  id: string;
  /** Rises from message to message: of two for one call and person the higher one is true. */
  sequence: number;
  /**
   * `told`: the person is asked, for the first time or once more. `reminded`: nobody has acted, the failsafe repeats.
   * `escalated`: level or priority changed. `withdrawn`: the device has to stop.
   */
  type: NotificationType;
  call_id: string;
  dept: string;
  room_id: string;
  bed_id?: string;
  call_type: string;
  /** As they are when the message is tried. */
  priority: number;
  level: number;
  staff_id: string;
  /** ISO 8601, UTC: when the person was asked. */
  queued_at: string;
  /** `reminded` only: which repeat of the failsafe it is. */
  repeat?: number;
  /** `withdrawn` only: `accepted` (by this person), `accepted_by_another`, `closed`, `stepped_back`, `reopened`. */
  reason?: string;
}

/** The form of {@link Notifier.name}. */
export const NOTIFIER_NAME = /^[a-z][a-z0-9_-]{0,31}$/;

/**
 * Extension point: informs a system outside of Wardline (pagers, phones, a hospital's message bus) of each person who is
 * asked. Wardline promises, for each call and person: messages come after the commit, in order, at least once. Never are two
 * under way at the same time, as long as `notify` settles in time. Only the newest waits: a message that is no longer true at
 * its turn is not sent. A `withdrawn` is always sent for a message that was or may have been sent. So once nothing waits,
 * exactly the devices of the open recipients ring. A try fails when `notify` rejects, has not settled within 20 s, or answers
 * anything but text. The message is then tried again after 1, 2, 4 … 256 s, for a day. Then it is given up, with the log line
 * `notification.given_up` and `wardline_notifications_total{result="given_up"}`. A node that dies during a try leaves the
 * message to another, 60 s later. Each notifier has its own queue: no call and no other notifier waits for it. An
 * implementation must resolve only when the receiver has taken the message, and must reject when it has not. It should stop
 * when `signal` aborts. It may get up to 16 messages at once (of different calls or people). It keeps its `name`: under it the
 * queue waits for 24 h when no node has the notifier. `src/testing/contracts/notifier.contract.ts` checks the promise.
 */
export abstract class Notifier {
  /** {@link NOTIFIER_NAME}; unique among the notifiers of the installation. */
  abstract readonly name: string;
  /** @returns the receiver's answer in a few words, for the record of the call; nothing where it has none */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most implementations answer nothing
  abstract notify(notification: Notification, signal: AbortSignal): Promise<string | void>;
}

/** All notifiers of this installation, in the order in which they are named. */
export const NOTIFIERS = Symbol('notifiers');
