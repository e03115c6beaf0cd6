import type { Clock } from '../../platform/common/clock.js';
import { Backplane } from '../ports/backplane.js';
import { MemoryBus } from './memory-bus.js';
import { MemoryOwners } from './memory-owners.js';
import { MemoryRooms } from './memory-rooms.js';
import { MemoryServers } from './memory-servers.js';
import { MemoryStreams } from './memory-streams.js';
import { MemoryWindows } from './memory-windows.js';
import { MemoryWorld } from './memory-world.js';

/** One node's own: always there, gone with the process. */
export class MemoryBackplane extends Backplane {
  readonly servers: MemoryServers;
  readonly owners: MemoryOwners;
  readonly rooms: MemoryRooms;
  readonly bus: MemoryBus;
  readonly windows: MemoryWindows;
  readonly streams: MemoryStreams;
  readonly isUp = true;

  constructor(
    private readonly serverId: string,
    clock: Clock,
    private readonly world = new MemoryWorld(),
  ) {
    super();
    world.servers.set(serverId, { row: undefined, beatAt: 0, hear: () => undefined, departments: new Set() });
    this.servers = new MemoryServers(world, serverId, clock);
    this.owners = new MemoryOwners(world, serverId);
    this.rooms = new MemoryRooms(world, serverId);
    this.bus = new MemoryBus(world, serverId);
    this.windows = new MemoryWindows(world, clock);
    this.streams = new MemoryStreams(world, clock);
  }

  onChange(): void {
    // it never changes
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.world.servers.delete(this.serverId);
    return Promise.resolve();
  }
}
