import { SetIndex } from '../../platform/common/collections/set-index.js';
import type { Heard } from '../ports/bus-transport.js';
import type { ServerRow } from '../ports/server-store.js';

/** A connection of a user: where, and under which nonce. */
export interface MemoryOwner {
  connectionId: string;
  serverId: string;
  nonce: string;
}

/** A node in this process. */
export interface MemoryServer {
  row: ServerRow | undefined;
  /** On the process's monotonic clock. */
  beatAt: number;
  hear: (heard: Heard) => void;
  departments: Set<string>;
}

export interface MemoryStream {
  /** Oldest first. `givenAt` is undefined until a reader was given it. */
  entries: Map<string, { text: string; at: number; givenAt: number | undefined }>;
  boundAge: number;
}

/**
 * The state that the backplanes of one process share. Usually there is one backplane; in tests two on the same world act as
 * two nodes.
 */
export class MemoryWorld {
  readonly servers = new Map<string, MemoryServer>();
  /** By user. */
  readonly owners = new SetIndex<string, MemoryOwner>();
  /** Room → connection → whose, and where. */
  readonly rooms = new Map<string, Map<string, { userId: string; serverId: string }>>();
  /** Room → user → connections in it. */
  readonly rosters = new Map<string, Map<string, number>>();
  /** Members of all rooms. */
  members = 0;
  readonly windows = new Map<string, number[]>();
  readonly streams = new Map<string, MemoryStream>();
  lastStreamId = 0;
  readonly locks = new Map<string, { token: symbol; until: number }>();
}
