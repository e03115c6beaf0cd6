import { type StreamBounds, type StreamEntry, StreamStore } from '../ports/stream-store.js';
import type { RedisLink } from './redis-link.js';
import { SCRIPTS } from './scripts.js';

/** One consumer group a stream, one consumer a node: what a dead one was given is claimed by another (XAUTOCLAIM). */
export class RedisStreams extends StreamStore {
  constructor(
    private readonly link: RedisLink,
    private readonly prefix: string,
    private readonly serverId: string,
  ) {
    super();
  }

  async append(stream: string, text: string, { maxLength, maxAgeMs }: StreamBounds): Promise<string> {
    return (await this.link.script(SCRIPTS.append, stream, text, maxLength, maxAgeMs)) as string;
  }

  async read(stream: string, { count, idleMs, maxAgeMs }: { count: number; idleMs: number; maxAgeMs: number }): Promise<StreamEntry[]> {
    const rows = (await this.link.script(SCRIPTS.read, stream, this.serverId, count, idleMs, maxAgeMs)) as [string, string][];
    return rows.map(([id, text]) => ({ id, text }));
  }

  async acknowledge(stream: string, id: string): Promise<void> {
    await this.link.script(SCRIPTS.acknowledge, stream, id);
  }

  async isWaiting(stream: string): Promise<boolean> {
    return ((await this.link.run('XLEN', `${this.prefix}x:${stream}`)) as number) > 0;
  }
}
