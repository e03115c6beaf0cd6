import type { FakeServer, FakeServerOptions } from './fake/fake-server.js';
import { MemoryServer } from './memory-server.js';

export type { FakeServer, FakeServerOptions } from './fake/fake-server.js';

/** A server in memory for the tests of a screen. */
export function createFakeServer(options: FakeServerOptions = {}): FakeServer {
  return new MemoryServer(options);
}
