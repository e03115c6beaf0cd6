import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { encodeEvent, EventBatch } from '../log/encoded-event.js';
import { EventCatalog } from '../log/event-catalog.js';
import { EventLog, type PageStart } from '../log/event-log.js';
import type { PageReader } from './log-subscriber.js';

/**
 * Pages of the log for readers that catch up. Readers that ask for the same page in the same turn, as after a common
 * disconnect, share one read.
 */
@Injectable()
export class HistoryPages implements PageReader {
  readonly read: (start: PageStart) => Promise<EventBatch | undefined>;

  constructor(log: EventLog, catalog: EventCatalog, clock: Clock) {
    this.read = createBatchLoader(async (starts) => {
      const unlike = new Map(starts.map((start) => [keyOf(start), start]));
      const pages = await log.pages([...unlike.values()]);
      const now = clock.monotonic();
      const batches = new Map<string, EventBatch>();
      for (const [n, key] of [...unlike.keys()].entries()) {
        const [head, ...rest] = (pages[n] ?? []).map((event) => encodeEvent(event, catalog.traitsOf(event.type), now));
        if (head) batches.set(key, new EventBatch([head, ...rest]));
      }
      return starts.map((start) => batches.get(keyOf(start)));
    });
  }
}

function keyOf({ dept, after }: PageStart): string {
  return `${dept}/${String(after)}`;
}
