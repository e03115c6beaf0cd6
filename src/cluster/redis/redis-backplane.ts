import type { Logger } from '../../platform/logging/logger.js';
import { Backplane } from '../ports/backplane.js';
import type { BusTransport } from '../ports/bus-transport.js';
import type { OwnerStore } from '../ports/owner-store.js';
import type { RoomStore } from '../ports/room-store.js';
import type { ServerStore } from '../ports/server-store.js';
import type { StreamStore } from '../ports/stream-store.js';
import type { WindowStore } from '../ports/window-store.js';
import { RedisBus } from './redis-bus.js';
import { RedisLink } from './redis-link.js';
import { RedisOwners } from './redis-owners.js';
import { RedisRooms } from './redis-rooms.js';
import { RedisServers } from './redis-servers.js';
import { RedisStreams } from './redis-streams.js';
import { RedisWindows } from './redis-windows.js';

export interface RedisBackplaneOptions {
  url: string;
  serverId: string;
  /** The name that all nodes of one installation share; other installations have another. */
  facility: string;
  logger: Logger;
}

/** Redis 7 or Valkey. */
export class RedisBackplane extends Backplane {
  readonly servers: ServerStore;
  readonly owners: OwnerStore;
  readonly rooms: RoomStore;
  readonly bus: BusTransport;
  readonly windows: WindowStore;
  readonly streams: StreamStore;
  private readonly link: RedisLink;

  constructor({ url, serverId, facility, logger }: RedisBackplaneOptions) {
    super();
    const prefix = `wardline:{${facility}}:`;
    this.link = new RedisLink(url, prefix, logger);
    this.servers = new RedisServers(this.link, prefix, serverId);
    this.owners = new RedisOwners(this.link, prefix, serverId);
    this.rooms = new RedisRooms(this.link, prefix, serverId);
    this.bus = new RedisBus(this.link, prefix, serverId);
    this.windows = new RedisWindows(this.link);
    this.streams = new RedisStreams(this.link, prefix, serverId);
  }

  get isUp(): boolean {
    return this.link.isUp;
  }

  onChange(listener: (isUp: boolean) => void): void {
    this.link.onChange(listener);
  }

  /**
   * @internal the bytes that Redis uses, and those that it may use: its `maxmemory`, else the machine's memory.
   * @returns undefined while Redis does not say: it is away, or its user may not ask
   */
  async memory(): Promise<{ used: number; limit: number | undefined } | undefined> {
    const info = await this.link.look('INFO', 'memory').catch(() => undefined);
    if (typeof info !== 'string') return undefined;
    const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? Number.NaN);
    const [used, max, machine] = ['used_memory', 'maxmemory', 'total_system_memory'].map(figure);
    return used === undefined || Number.isNaN(used) ? undefined : { used, limit: [max, machine].find((bytes) => bytes && bytes > 0) };
  }

  start(): Promise<void> {
    return this.link.start();
  }

  stop(): Promise<void> {
    return this.link.stop();
  }
}
