import type { ServerFrames } from '../generated/protocol.js';
import type { FakeServerOptions } from './fake/fake-server.js';
import type { MemoryWard } from './memory-ward.js';

type Greeting = ServerFrames['hello'];
const NURSE = { id: '00000000-0000-4000-8000-000000000001', name: 'Nurse One', role: 'nurse', departments: ['icu'] };

/** The state of a server in memory that sockets, streams and calls share. */
export class MemoryState {
  readonly user: Greeting['user'];
  readonly options: Required<Omit<FakeServerOptions, 'user'>>;
  readonly acks: { dept: string; seq: number }[] = [];
  /** Departments that the person may not read. */
  readonly ended = new Set<string>();
  /** The network is gone. */
  gone = false;
  /** Nothing is sent or read. */
  stalled = false;

  constructor({ user, heartbeatSec = 25, pollIntervalMs = 3000, aheadMs = 0 }: FakeServerOptions) {
    this.options = { heartbeatSec, pollIntervalMs, aheadMs };
    this.user = { username: 'icu-nurse-1', ...(user ?? NURSE) };
  }

  now(): number {
    return Date.now() + this.options.aheadMs;
  }

  hello({ epoch }: MemoryWard, heartbeat_sec: number): Greeting {
    return {
      type: 'hello',
      connection_id: crypto.randomUUID(),
      server_id: 'fake',
      epoch,
      user: this.user,
      heartbeat_sec,
      server_time: this.now(),
      limits: { max_payload: 65536, messages: 50, per_sec: 10 },
    };
  }
}
