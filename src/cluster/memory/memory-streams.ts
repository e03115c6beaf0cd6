import type { Clock } from '../../platform/common/clock.js';
import { type StreamBounds, type StreamEntry, StreamStore } from '../ports/stream-store.js';
import type { MemoryStream, MemoryWorld } from './memory-world.js';

export class MemoryStreams extends StreamStore {
  constructor(
    private readonly world: MemoryWorld,
    private readonly clock: Clock,
  ) {
    super();
  }

  append(name: string, text: string, { maxLength, maxAgeMs }: StreamBounds): Promise<string> {
    this.forgetOld();
    const stream: MemoryStream = this.world.streams.get(name) ?? { entries: new Map(), boundAge: maxAgeMs };
    this.world.streams.set(name, stream);
    stream.boundAge = maxAgeMs;
    this.world.lastStreamId = Math.max(this.world.lastStreamId + 1, Math.floor(this.clock.now()));
    const id = `${String(this.world.lastStreamId)}-0`;
    stream.entries.set(id, { text, at: this.clock.monotonic(), givenAt: undefined });
    for (const oldest of stream.entries.keys()) {
      if (stream.entries.size <= maxLength) break;
      stream.entries.delete(oldest);
    }
    return Promise.resolve(id);
  }

  read(name: string, { count, idleMs, maxAgeMs }: { count: number; idleMs: number; maxAgeMs: number }): Promise<StreamEntry[]> {
    const now = this.clock.monotonic();
    const given: StreamEntry[] = [];
    for (const [id, entry] of this.world.streams.get(name)?.entries ?? []) {
      if (entry.at < now - maxAgeMs) this.world.streams.get(name)?.entries.delete(id);
      else if (given.length < count && (entry.givenAt === undefined || entry.givenAt <= now - idleMs)) {
        entry.givenAt = now;
        given.push({ id, text: entry.text });
      }
    }
    return Promise.resolve(given);
  }

  acknowledge(name: string, id: string): Promise<void> {
    const stream = this.world.streams.get(name);
    stream?.entries.delete(id);
    if (stream?.entries.size === 0) this.world.streams.delete(name);
    return Promise.resolve();
  }

  isWaiting(name: string): Promise<boolean> {
    return Promise.resolve((this.world.streams.get(name)?.entries.size ?? 0) > 0);
  }

  /** Streams that nobody reads do not stay for ever. */
  private forgetOld(): void {
    const now = this.clock.monotonic();
    for (const [name, stream] of this.world.streams) {
      for (const [id, { at }] of stream.entries) {
        if (at >= now - stream.boundAge) break;
        stream.entries.delete(id);
      }
      if (stream.entries.size === 0) this.world.streams.delete(name);
    }
  }
}
