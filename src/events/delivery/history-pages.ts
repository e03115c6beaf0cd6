import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { REALTIME_SETTINGS } from '../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../platform/config/settings/realtime.settings.js';
import { type EncodedEvent, encodeEvent, EventBatch } from '../log/encoded-event.js';
import { EventCatalog } from '../log/event-catalog.js';
import { EventLog, type PageStart } from '../log/event-log.js';
import type { PageReader } from './log-subscriber.js';

/** A page has so many batches: a reader that missed a thousand events waits for five answers of the database, and its outbox for one batch. */
const BATCHES = 4;

/**
 * Pages of the log for readers that catch up, in batches of POLL_BATCH_SIZE. Readers that ask for the same page in the same turn, as after a common
 * disconnect, share one read.
 */
@Injectable()
export class HistoryPages implements PageReader {
  readonly read: (start: PageStart) => Promise<readonly EventBatch[]>;

  constructor(log: EventLog, catalog: EventCatalog, clock: Clock, @Inject(REALTIME_SETTINGS) { POLL_BATCH_SIZE }: RealtimeSettings) {
    this.read = createBatchLoader(async (starts) => {
      const unlike = new Map(starts.map((start) => [keyOf(start), start]));
      const pages = await log.pages([...unlike.values()], BATCHES * POLL_BATCH_SIZE);
      const now = clock.monotonic();
      const batches = new Map<string, EventBatch[]>();
      for (const [n, key] of [...unlike.keys()].entries()) {
        const events = (pages[n] ?? []).map((event) => encodeEvent(event, catalog.traitsOf(event.type), now));
        batches.set(key, batchesOf(events, POLL_BATCH_SIZE));
      }
      return starts.map((start) => batches.get(keyOf(start)) ?? []);
    });
  }
}

function batchesOf(events: readonly EncodedEvent[], size: number): EventBatch[] {
  const batches: EventBatch[] = [];
  for (let at = 0; at < events.length; at += size) {
    const batch = EventBatch.of(events.slice(at, at + size));
    if (batch) batches.push(batch);
  }
  return batches;
}

function keyOf({ dept, after }: PageStart): string {
  return `${dept}/${String(after)}`;
}
