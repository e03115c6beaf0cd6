import type { Call, Events, Session, Staff } from './generated/protocol.js';

/** A call as every client sees it. Times are ISO 8601 in UTC; null until they are reached. */
export type CallView = Call;
/** A person on duty. */
export type StaffView = Staff;
/** The person of the session. */
export type User = Session['user'];

/** The types of a hospital: its events and commands by their type. A hospital's own are added by `createClient<Protocol>()`. */
export interface Protocol {
  events: object;
  /** The fields of each command that a hospital adds. Without them any command may be given. */
  commands?: object;
}

type CommandsOf<P extends Protocol> = P extends { commands: infer C extends object } ? C : Record<string, object>;
/** A type of command that a hospital adds. */
export type CommandType<P extends Protocol> = Extract<keyof CommandsOf<P>, string>;
/** The fields of such a command. */
export type CommandData<P extends Protocol, T extends CommandType<P>> = CommandsOf<P>[T];

/** Wardline's own events. */
export interface WardlineProtocol extends Protocol {
  events: Events;
}

/** One line of a department's log. */
export interface EventFrame<T extends string = string, D = unknown> {
  readonly type: T;
  readonly dept: string;
  /** 1, 2, 3 … within the department, without a hole. */
  readonly seq: number;
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly critical: boolean;
  /** W3C traceparent of the command that caused it, where that was traced. */
  readonly trace?: string;
  readonly data: D;
}

/** Every event of a protocol, as a union that `type` discriminates. */
export type AnyEvent<P extends Protocol> = {
  [T in Extract<keyof P['events'], string>]: EventFrame<T, P['events'][T]>;
}[Extract<keyof P['events'], string>];

/** A department as the events so far make it. Immutable; the same object until something changed. */
export interface DepartmentState {
  /** Open calls: priority descending, then oldest first. */
  readonly calls: readonly CallView[];
  /** People on duty. */
  readonly staff: readonly StaffView[];
  /** The newest event in this picture; 0 before the first one. */
  readonly seq: number;
  /** The history that `seq` counts in; empty before the first snapshot. */
  readonly epoch: string;
  /** The picture follows the log now. False: it may be old. */
  readonly live: boolean;
  /** The code with which the server refuses the department, as `NOT_FOUND`: it is not followed, until the next connection asks again. */
  readonly refused?: string | undefined;
}

/** Proof that nothing is missing. Counts since the department was first asked for. */
export interface Proof {
  /** Events applied, each exactly once and in order. */
  readonly events: number;
  readonly snapshots: number;
  /** Events of `skipped` ranges that were fetched from the log. */
  readonly skippedFetched: number;
  /** Holes that nothing explained: a defect of the server or of the way to it. */
  readonly gaps: number;
  /** Events that came a second time and were left out. */
  readonly duplicatesDropped: number;
}

/** `live`: the picture is now. `connecting`: on the way. `stale`: open, and silent for two heartbeats. `offline`: no network. `stopped`: for good. */
export type Phase = 'connecting' | 'live' | 'stale' | 'offline' | 'stopped';
export type TransportName = 'websocket' | 'stream' | 'poll';

export interface Status {
  readonly phase: Phase;
  /** Milliseconds since 1970, by this machine: when the phase began. */
  readonly since: number;
  readonly transport: TransportName;
  /** A close code's name or a short code; for people and logs. */
  readonly reason: string | null;
}
