/**
 * The types of events and what their `data` holds. A feature adds its own by declaration merging:
 * `declare module './event.js' { interface EventPayloads { 'call.pending': CallEventData } }`.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the features
export interface EventPayloads {}

/** The type of an event. */
export type EventType = keyof EventPayloads;

/** An event to append. Its number, time and hash are drawn by the log. */
export type NewEvent = {
  [T in EventType]: {
    dept: string;
    type: T;
    /** Ids, places, types and times; of people on duty also the name that snapshots show. Never a patient's name, never free text. */
    data: EventPayloads[T];
    callId?: string;
    /** Staff or station id of who caused it. */
    actorId?: string;
  };
}[EventType];

/** One line of a department's log, as it is read. */
export interface StoredEvent {
  dept: string;
  /** 1, 2, 3 … within the department. */
  seq: number;
  id: string;
  type: string;
  /** ISO 8601, UTC, milliseconds. */
  time: string;
  /** The payload's JSON text, as stored. */
  data: string;
  /** W3C traceparent of the command that it came of, where that was traced. */
  trace: string | null;
  /** How old the event was when it was read, by the database's clock, in seconds. */
  age: number;
}
