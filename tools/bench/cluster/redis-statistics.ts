import { createClient } from '@redis/client';

/** Redis' statistics of one command. */
export interface CommandCost {
  readonly calls: number;
  /** Microseconds in Redis, each. */
  readonly usecEach: number;
}

function newClient(url: string) {
  return createClient({ url, maintNotifications: 'disabled' });
}

/** Redis' statistics, read over a connection of its own. */
export class RedisStatistics {
  private constructor(private readonly client: ReturnType<typeof newClient>) {}

  static async connect(url: string): Promise<RedisStatistics> {
    const client = newClient(url);
    client.on('error', () => undefined);
    await client.connect();
    return new RedisStatistics(client);
  }

  async version(): Promise<string> {
    return field(await this.info('server'), 'redis_version');
  }

  async usedBytes(): Promise<number> {
    return Number(field(await this.info('memory'), 'used_memory'));
  }

  async reset(): Promise<void> {
    await this.client.sendCommand(['CONFIG', 'RESETSTAT']);
  }

  /** Statistics by command, in lower case, since the last reset; commands of a script are listed apart from it. */
  async commands(): Promise<ReadonlyMap<string, CommandCost>> {
    const lines = (await this.info('commandstats')).matchAll(/^cmdstat_([^:]+):calls=(\d+),.*usec_per_call=([\d.]+)/gm);
    return new Map([...lines].map(([, name = '', calls, usec]) => [name, { calls: Number(calls), usecEach: Number(usec) }]));
  }

  /** Connections that listen to a department's wake-ups. */
  async listenersOf(dept: string): Promise<number> {
    const channels = await this.client.sendCommand<string[]>(['PUBSUB', 'CHANNELS', `*:d:${dept}`]);
    if (channels.length === 0) return 0;
    const counts = await this.client.sendCommand<(string | number)[]>(['PUBSUB', 'NUMSUB', ...channels]);
    return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
  }

  close(): void {
    this.client.destroy();
  }

  private async info(section: string): Promise<string> {
    return await this.client.sendCommand<string>(['INFO', section]);
  }
}

function field(info: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, 'm').exec(info)?.[1] ?? '';
}
