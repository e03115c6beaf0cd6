/** What a call was when an event or a picture showed it. */
export interface CallFacts {
  readonly id: string;
  readonly state: string;
  readonly level: number;
  readonly version: number;
  readonly priority: number;
  readonly acceptedBy: string | null;
  /** How often it has started again. */
  readonly round: number;
}

/** One line of the log as the database holds it at the end. */
export interface LogEvent {
  readonly dept: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly callId: string | null;
  readonly actor: string | null;
  readonly reason: string | null;
  readonly level: number | null;
  readonly repeat: number | null;
  readonly call: CallFacts | null;
  /** Of what it says: compared with what clients were told. */
  readonly digest: string;
  readonly prevHash: string;
  readonly hash: string;
  /** Whether the hash is the one of this event, as the database works it out. */
  readonly hashFits: boolean;
  /** Microseconds since 1970, as text. */
  readonly at: string;
}

/** Where a department's log ends. */
export interface LogHead {
  readonly dept: string;
  readonly seq: number;
  readonly hash: string;
}

/** A call's row at the end. */
export interface CallRow extends CallFacts {
  readonly dept: string;
  readonly type: string;
  readonly rank: number;
  readonly repeats: number;
  readonly failsafeRepeats: number;
  /** Seconds since it was placed. */
  readonly age: number;
  /** Seconds since its deadline; negative before it, null when there is none. */
  readonly overdue: number | null;
  /** Its clocks are stopped, or were at some time: how long, the row does not say. */
  readonly isSuperseded: boolean;
}

/** An event as a client got it. */
export interface SeenEvent {
  readonly kind: 'event';
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly critical: boolean;
  readonly digest: string;
}

/** A picture of the department: what follows goes on from there. */
export interface SeenSnapshot {
  readonly kind: 'snapshot';
  readonly epoch: string;
  readonly seq: number;
  readonly calls: readonly CallFacts[];
  /** What the client had said that it has, when it had said something, and where the log then ended. */
  readonly asked: { readonly after: number; readonly epoch: string; readonly head: number } | null;
}

/** The server goes on where the client stood. */
export interface SeenResume {
  readonly kind: 'resumed';
  readonly epoch: string;
  readonly after: number;
  readonly from: number;
}

/** The server says what it left out. */
export interface SeenSkip {
  readonly kind: 'skipped';
  readonly from: number;
  readonly to: number;
}

export type Seen = SeenEvent | SeenSnapshot | SeenResume | SeenSkip;

/** One connection of a client's, with everything it was told of its department, in order. */
export interface SeenConnection {
  /** The node's own name; null when it never said hello. */
  server: string | null;
  readonly seen: Seen[];
  /** How it ended; null while it is open. */
  closed: string | null;
}

/** One reader of one department. */
export interface ClientHistory {
  readonly name: string;
  readonly dept: string;
  readonly connections: SeenConnection[];
  /** Why it does not come back, where the server told it not to. */
  turnedAway: string | null;
  /** Whether it was there at the end, and had to catch up. */
  isPresent: boolean;
}

/** A command that somebody was told had been done. */
export interface Acknowledged {
  readonly key: string;
  readonly callId: string;
  /** The event that must be in the log; null for a press again, which needs none of its own. */
  readonly event: string | null;
  /** `staff:<id>` or `station:<id>`. */
  readonly by: string;
}

/** The same command under the same key a second time. */
export interface AskedAgain {
  readonly key: string;
  readonly what: string;
  /** Status and body, digested. */
  readonly first: string;
  readonly again: string;
}

/** Everything that is known of a run when it is over. */
export interface History {
  readonly log: readonly LogEvent[];
  readonly heads: readonly LogHead[];
  readonly calls: readonly CallRow[];
  readonly clients: readonly ClientHistory[];
  readonly acknowledged: readonly Acknowledged[];
  readonly askedAgain: readonly AskedAgain[];
  /** Where each department's log ended when the people had come to rest: every client that is present must have come that far. */
  readonly mustHave: Readonly<Record<string, number>>;
  /** What the administrator was told of the audit record. */
  readonly audit: { readonly ok: boolean; readonly checked: number; readonly brokenAt: number | null };
  /** What should not have happened to processes: deaths, nodes that did not become ready, sockets that nobody has. */
  readonly incidents: readonly string[];
  /** As the nodes were told. */
  readonly rules: { readonly replayLimit: number; readonly levelsSec: readonly [number, number, number] };
}
