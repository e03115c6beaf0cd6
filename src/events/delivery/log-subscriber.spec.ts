import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeEvent, type EventBatch, EventBatch as Batch } from '../log/encoded-event.js';
import type { StoredEvent } from '../log/event.js';
import { Feeds } from './feed/feeds.js';
import { LogHoles } from './log-holes.js';
import { LogSubscriber } from './log-subscriber.js';
import { LogNotifier } from '../log/log-notifier.js';

/** A log in memory: what is committed can be read, by anybody, at any time. */
class MemoryLog {
  private readonly events: StoredEvent[] = [];

  get head(): number {
    return this.events.length;
  }

  commit(count: number): void {
    for (let i = 0; i < count; i++) {
      const seq = this.head + 1;
      this.events.push({ dept: 'icu', seq, id: String(seq), type: 'call.pending', time: '', data: '{}', trace: null, age: 0 });
    }
  }

  async page(after: number, limit: number): Promise<Batch | undefined> {
    await turn();
    return Batch.of(this.events.slice(after, after + limit).map((event) => encodeEvent(event, { critical: true }, 0)));
  }

  async read({ after }: { after: number }): Promise<Batch[]> {
    const page = await this.page(after, 5);
    const batches = [Batch.of(page?.events.slice(0, 3) ?? []), page?.after(after + 3)];
    return batches.filter((batch) => batch !== undefined);
  }
}

/** A poller that moves on command. */
async function poll(log: MemoryLog, feeds: Feeds, limit: number): Promise<void> {
  const feed = feeds.get('icu');
  if (!feed) return;
  const news = (await log.page(feed.position, limit))?.after(feed.position);
  if (news) feed.publish(news);
}

const step = fc.oneof(
  fc.record({ do: fc.constant('commit' as const), n: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('poll' as const), n: fc.integer({ min: 1, max: 7 }) }),
  fc.record({ do: fc.constant('join' as const), n: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ do: fc.constant('turn' as const), n: fc.constant(1) }),
);

describe('LogSubscriber', () => {
  it('gets every event after its start exactly once and in order, however joins, commits and polls interleave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
        const log = new MemoryLog();
        const feeds = new Feeds(new LogNotifier());
        const parts = { pages: log, feeds, holes: new LogHoles() };
        const readers: { from: number; got: number[]; lost: string[] }[] = [];
        for (const { do: what, n } of steps) {
          if (what === 'commit') log.commit(n);
          if (what === 'poll') await poll(log, feeds, n);
          if (what === 'turn') await turn();
          if (what === 'join') {
            const reader = { from: Math.max(0, log.head - n), got: [] as number[], lost: [] as string[] };
            const sink = {
              write: (batch: EventBatch) => reader.got.push(...batch.events.map((event) => event.seq)),
              drained: async () => {
                await turn();
              },
              lost: (reason: string) => {
                reader.lost.push(reason);
              },
            };
            new LogSubscriber(parts, 'icu', reader.from, log.head, sink).start();
            readers.push(reader);
          }
        }
        for (let i = 0; i < 200; i++) {
          await poll(log, feeds, 10);
          await turn();
        }
        for (const { from, got, lost } of readers) {
          expect(lost).toEqual([]);
          expect(got).toEqual(Array.from({ length: log.head - from }, (_, i) => from + 1 + i));
        }
      }),
      { numRuns: 150 },
    );
  });
});
