import type { BusTransport } from './bus-transport.js';
import type { OwnerStore } from './owner-store.js';
import type { RoomStore } from './room-store.js';
import type { ServerStore } from './server-store.js';
import type { StreamStore } from './stream-store.js';
import type { WindowStore } from './window-store.js';

/**
 * Extension point: what the nodes share and can do without. In memory for one node, in Redis for several; an implementation is given the id of
 * the node it works for. Nothing in it must be kept safe: what it loses is rebuilt from the live connections, and calls never depend on it.
 *
 * An implementation answers or rejects within a second whatever happens to what is behind it, keeps no queue of what it could not do, and
 * carries out what it is asked for in that order. It counts as away when it throws anything but BackplaneAway or CapacityError, has no answer after
 * 2 s, or gives an invalid one. After three failures within a minute it is not asked for a minute. The node then goes on with its own state, and so it
 * does when `start` fails. `backplaneContract` of `wardline/testing` checks the promise.
 */
export abstract class Backplane {
  abstract readonly servers: ServerStore;
  abstract readonly owners: OwnerStore;
  abstract readonly rooms: RoomStore;
  abstract readonly bus: BusTransport;
  abstract readonly windows: WindowStore;
  abstract readonly streams: StreamStore;

  /** True while it can be used. While it cannot, every method rejects with BackplaneAway at once. */
  abstract get isUp(): boolean;

  /** Called with the new state after each change; must not throw. */
  abstract onChange(listener: (isUp: boolean) => void): void;

  /** Resolves when it is up, or when it is clear that it will not be for now: then it goes on trying. */
  abstract start(): Promise<void>;

  abstract stop(): Promise<void>;
}
