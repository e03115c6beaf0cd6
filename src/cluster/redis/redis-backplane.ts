import type { Logger } from '../../platform/logging/logger.js';
import { Backplane } from '../ports/backplane.js';
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
  /** What all nodes of one installation share and those of another do not. */
  facility: string;
  logger: Logger;
}

/** Redis 7 or Valkey. */
export class RedisBackplane extends Backplane {
  readonly servers: RedisServers;
  readonly owners: RedisOwners;
  readonly rooms: RedisRooms;
  readonly bus: RedisBus;
  readonly windows: RedisWindows;
  readonly streams: RedisStreams;
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

  start(): Promise<void> {
    return this.link.start();
  }

  stop(): Promise<void> {
    return this.link.stop();
  }
}
