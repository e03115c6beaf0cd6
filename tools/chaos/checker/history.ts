/** A call's state, as an event or a picture showed it. */
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
  /** The person of an event about a person. */
  readonly staffId: string | null;
  readonly reason: string | null;
  readonly level: number | null;
  readonly repeat: number | null;
  readonly call: CallFacts | null;
  /** A digest of its content: compared with the clients' copies. */
  readonly digest: string;
  readonly prevHash: string;
  readonly hash: string;
  /** True when the hash is the one of this event, as the database computes it. */
  readonly hashFits: boolean;
  /** Microseconds since 1970, as text. */
  readonly at: string;
}

/** The end of a department's log. */
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
  /** Its clocks are stopped. */
  readonly isSuperseded: boolean;
  /** Its clocks were stopped at some time: how long, the row does not say. */
  readonly wasSuperseded: boolean;
  /** The urgent call that stops its clocks now. */
  readonly supersededBy: string | null;
  /** The less urgent calls that it named when it was placed. */
  readonly supersedes: readonly string[];
}

/** One asking of one person for one call, as the ledger has it at the end. */
export interface Asking {
  readonly dept: string;
  readonly callId: string;
  readonly staffId: string;
  /** The end of the department's log when the person was asked: a later event of the call asked them. */
  readonly askedAfter: number;
  readonly isReceived: boolean;
  /** The receipt did not come in time. */
  readonly isMissed: boolean;
  /** The person's turn, of a pending call whose clocks run, still without any sign of theirs. */
  readonly isAwaited: boolean;
  /** Seconds since the receipt was due; negative before that. */
  readonly overdue: number;
}

/** Everything that one person did to show that they know of a call. */
export interface Hearing {
  readonly staffId: string;
  readonly name: string;
  /** The furthest event that they acknowledged, of each department. */
  readonly acknowledged: Readonly<Record<string, number>>;
  /** Calls on which they tried a command, whatever came of it. */
  readonly commanded: readonly string[];
  /** They never acknowledge, and never give a command. */
  readonly isMute: boolean;
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
  /** The client's claimed position, when it had one, and the end of the log then. */
  readonly asked: { readonly after: number; readonly epoch: string; readonly head: number } | null;
}

/** The server goes on from the client's position. */
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

/** One connection of a client, with everything it received of its department, in order. */
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
  /** The reason why it does not come back, when the server forbade it. */
  turnedAway: string | null;
  /** True when it was there at the end, and had to catch up. */
  isPresent: boolean;
}

/** A command that a client got as done. */
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
  readonly askings: readonly Asking[];
  readonly people: readonly Hearing[];
  readonly clients: readonly ClientHistory[];
  readonly acknowledged: readonly Acknowledged[];
  readonly askedAgain: readonly AskedAgain[];
  /** The end of each department's log when the people had come to rest: every present client must have come that far. */
  readonly mustHave: Readonly<Record<string, number>>;
  /** The administrator's answer about the audit record. */
  readonly audit: { readonly ok: boolean; readonly checked: number; readonly brokenAt: number | null };
  /** Faults of processes: deaths, nodes that did not become ready, sockets that nobody owns. */
  readonly incidents: readonly string[];
  /** The nodes' settings. */
  readonly rules: { readonly replayLimit: number; readonly levelsSec: readonly [number, number, number]; readonly receiptSec: number };
}
