import type { DepartmentFeed, FeedReader } from './feed/department-feed.js';
import type { EventBatch } from '../log/encoded-event.js';
import type { Feeds } from './feed/feeds.js';
import type { LogHoles } from './log-holes.js';

/** The destination of a subscriber's events: a socket's outbox, an event stream, a long poll. */
export interface EventSink {
  write(batch: EventBatch): void;
  /** The batch came from the log, because the reader was behind; called after `write`. */
  replayed?(batch: EventBatch): void;
  /** Resolves when what was written has left, so that one batch at most waits. Rejects when the sink is gone. */
  drained(): Promise<void>;
  /** The subscriber cannot go on from its position: the reader needs a snapshot. */
  lost(reason: 'reset' | 'purged' | 'failed'): void;
}

/** Reads the log for who is behind. */
export interface PageReader {
  /** The events after `after`, oldest first, in batches that an outbox takes at once; empty when there is none. */
  read(start: { dept: string; after: number }): Promise<readonly EventBatch[]>;
}

export interface LogSubscriberParts {
  pages: PageReader;
  feeds: Feeds;
  holes: LogHoles;
}

/**
 * Follows one department from a `seq` on, first from the log, page by page as the sink drains, then from the live feed.
 * Nothing falls between: a reader joins the feed before it reads its first page, and turns live in the same turn in which it
 * has read as far as the feed has come.
 */
export class LogSubscriber implements FeedReader {
  private readonly feed: DepartmentFeed;
  private live = false;
  private closed = false;

  /** @param cursor `seq` of the last event that the reader has */
  constructor(
    private readonly parts: LogSubscriberParts,
    dept: string,
    private cursor: number,
    head: number,
    private readonly sink: EventSink,
  ) {
    this.feed = parts.feeds.join(dept, head, this);
  }

  /** It has read as far as the feed has come, and gets what the feed brings. */
  get isLive(): boolean {
    return this.live;
  }

  /** Begins to write. Call it once the frames that come before the first event are written. */
  start(): void {
    this.catchUp().catch(() => {
      if (!this.closed) this.failed();
    });
  }

  deliver(batch: EventBatch): void {
    if (!this.live) return;
    const news = batch.after(this.cursor);
    if (!news) return;
    if (news.first !== this.cursor + 1) {
      this.live = false;
      this.start();
      return;
    }
    this.cursor = news.last;
    this.sink.write(news);
  }

  reset(): void {
    this.close();
    this.sink.lost('reset');
  }

  failed(): void {
    this.close();
    this.sink.lost('failed');
  }

  close(): void {
    this.closed = true;
    this.parts.feeds.leave(this.feed, this);
  }

  private async catchUp(): Promise<void> {
    while (!this.closed) {
      if (this.cursor >= this.feed.position) {
        this.live = true;
        return;
      }
      const page = await this.parts.pages.read({ dept: this.feed.dept, after: this.cursor });
      if (this.isClosed()) return;
      const first = page[0]?.first;
      if (first !== this.cursor + 1) {
        this.parts.holes.note(this.feed.dept, first ?? this.feed.position + 1);
        this.close();
        this.sink.lost('purged');
        return;
      }
      for (const batch of page) {
        await this.sink.drained();
        if (this.isClosed()) return;
        this.cursor = batch.last;
        this.sink.write(batch);
        this.sink.replayed?.(batch);
      }
      await this.sink.drained();
    }
  }

  /** Read again after each wait. */
  private isClosed(): boolean {
    return this.closed;
  }
}
