import type { CallFacts, ClientHistory, Seen, SeenConnection } from '../checker/history.js';
import { digestOf } from './digest.js';

interface WireCall {
  readonly id: string;
  readonly state: string;
  readonly level: number;
  readonly version: number;
  readonly priority: number;
  readonly round: number;
  readonly accepted_by: string | null;
}

export interface WireEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly critical: boolean;
  readonly data: unknown;
}

/** The parts of a call on the wire that the log can be held against. */
export function factsOf({ id, state, level, version, priority, round, accepted_by: acceptedBy }: WireCall): CallFacts {
  return { id, state, level, version, priority, acceptedBy, round };
}

/** Digested once for all readers: they all get the same bytes. */
class Digests {
  private readonly known = new Map<string, { text: string; digest: string }>();

  of(dept: string, event: WireEvent): string {
    const text = JSON.stringify(event.data);
    const place = `${dept} ${String(event.seq)}`;
    const known = this.known.get(place);
    if (known?.text === text) return known.digest;
    const digest = digestOf(event.data);
    // The texts of long ago are only a cache; without a bound a long run would hold its whole log in them.
    if (this.known.size > 2000) this.known.clear();
    this.known.set(place, { text, digest });
    return digest;
  }
}

/** Notes every frame that every client got. */
export class Recorder {
  private readonly records: ClientRecord[] = [];
  private readonly digests = new Digests();

  get clients(): ClientHistory[] {
    return this.records.map((record) => record.history);
  }

  /** How far each has come. */
  get positions(): { dept: string; position: number | undefined }[] {
    return this.records.map(({ history, position }) => ({ dept: history.dept, position }));
  }

  client(name: string, dept: string): ClientRecord {
    const history: ClientHistory = { name, dept, connections: [], turnedAway: null, isPresent: true };
    const record = new ClientRecord(history, this.digests);
    this.records.push(record);
    return record;
  }
}

/** The record of one client, over all its connections. */
export class ClientRecord {
  /** `seq` of the last event that the client has or must do without. */
  position: number | undefined;
  epoch: string | undefined;
  /** The furthest that the person of the client has acknowledged. */
  acknowledged = 0;

  constructor(
    readonly history: ClientHistory,
    private readonly digests: Digests,
  ) {}

  connected(): SeenConnection {
    const connection: SeenConnection = { server: null, seen: [], closed: null };
    this.history.connections.push(connection);
    return connection;
  }

  saw(connection: SeenConnection, seen: Seen): void {
    connection.seen.push(seen);
    if (seen.kind === 'skipped') this.position = seen.to;
    else if (seen.kind === 'resumed') this.position = seen.from - 1;
    else this.position = seen.seq;
    if (seen.kind === 'snapshot' || seen.kind === 'resumed') this.epoch = seen.epoch;
  }

  event(connection: SeenConnection, event: WireEvent): void {
    const { seq, id, type, critical } = event;
    this.saw(connection, { kind: 'event', seq, id, type, critical, digest: this.digests.of(this.history.dept, event) });
  }
}
