import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeEvent, EventBatch } from '../../log/encoded-event.js';
import type { EventLog } from '../../log/event-log.js';
import type { LogEpoch } from '../../log/log-epoch.js';
import { LogNotifier } from '../../log/log-notifier.js';
import type { Logger } from '../../../platform/logging/logger.js';
import { Feeds } from './feeds.js';
import type { HistoryNote, OtherHistory } from './history-note.js';
import { HistoryWatch } from './history-watch.js';

/** The database's epoch; `renew` of a node draws one only in place of the one that this node read last. */
class MemoryEpoch {
  drawn = 0;
  private known: number | undefined;

  get current(): string {
    return String(this.known);
  }

  refresh(): Promise<boolean> {
    const before = this.known;
    this.known = this.drawn;
    return Promise.resolve(before !== undefined && before !== this.known);
  }

  async renew(): Promise<void> {
    if (this.known === this.drawn) this.drawn++;
    await this.refresh();
  }
}

class Reader {
  resets = 0;

  constructor(
    private readonly feeds: Feeds,
    position: number,
  ) {
    this.feed = feeds.join('icu', position, this);
  }

  readonly feed;
  deliver = (): void => undefined;
  failed = (): void => undefined;
  reset(): void {
    this.resets++;
    this.feeds.leave(this.feed, this);
  }
}

let feeds: Feeds;
let epoch: MemoryEpoch;
/** The heads that the next reads find; the last one stays. */
let heads: number[];
let logged: [string, unknown][];
let watch: HistoryWatch;
/** The departments of which the note of the last run says that they have another log. */
let noted: OtherHistory[];
/** Runs while a read is under way. */
let meanwhile: () => void;
beforeEach(() => {
  [feeds, epoch, heads, logged, noted, meanwhile] = [new Feeds(new LogNotifier()), new MemoryEpoch(), [], [], [], () => undefined];
  const log = {
    heads: (departments: readonly string[]) => {
      const head = (heads.length > 1 ? heads.shift() : heads[0]) ?? 0;
      meanwhile();
      return Promise.resolve(departments.map((dept) => ({ dept, head, purged: 0 })));
    },
  } as unknown as EventLog;
  const logger = { error: (event: string, fields: unknown) => logged.push([event, fields]) } as unknown as Logger;
  const note = {
    load: () => Promise.resolve(),
    settled: () => Promise.resolve(),
    look: () => Promise.resolve(noted.splice(0)),
  } as unknown as HistoryNote;
  watch = new HistoryWatch(log, feeds, epoch as unknown as LogEpoch, note, logger);
});
afterEach(() => watch.end());

describe('the watch over the history', () => {
  it('sends every reader to a snapshot under a new epoch when the log went back', async () => {
    await watch.begin();
    const reader = new Reader(feeds, 100);
    heads = [95];
    await watch.heads();
    expect(reader.resets).toBe(1);
    expect(epoch.drawn).toBe(1);
    expect(logged).toEqual([['log.went_back', { dept: 'icu', head: 95, handed_out: 100 }]]);
    expect(feeds.get('icu')).toBeUndefined();
    new Reader(feeds, 95);
    await watch.heads();
    expect(epoch.drawn).toBe(1);
  });

  it('is not alarmed by a head that was read before an append', async () => {
    await watch.begin();
    const reader = new Reader(feeds, 99);
    heads = [99, 100];
    meanwhile = () => {
      const event = { dept: 'icu', seq: 100, id: '', type: 'call.pending', time: '', data: '{}', trace: null, age: 0 };
      reader.feed.publish(new EventBatch([encodeEvent(event, { critical: true }, 0)]));
      meanwhile = () => undefined;
    };
    await watch.heads();
    expect([reader.resets, epoch.drawn, logged]).toEqual([0, 0, []]);
  });

  it('draws a new epoch at the start where the note has another log', async () => {
    noted = [{ dept: 'icu', head: 120, noted: 100 }];
    await watch.begin();
    expect(epoch.drawn).toBe(1);
    expect(logged).toEqual([['log.went_back', { dept: 'icu', head: 120, noted: 100 }]]);
  });

  it('follows the epoch that another node has drawn, and draws none itself', async () => {
    await watch.begin();
    const reader = new Reader(feeds, 100);
    heads = [95];
    epoch.drawn = 7;
    await watch.heads();
    expect([reader.resets, epoch.drawn]).toEqual([1, 7]);
  });
});
