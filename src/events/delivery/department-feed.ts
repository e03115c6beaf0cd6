import type { EventBatch } from '../log/encoded-event.js';

/** Someone who follows a department's log on this node. */
export interface FeedReader {
  /** The next events; called in order, must not throw and not block. */
  deliver(batch: EventBatch): void;
  /** The log is not what it was (restored, failed over): what the reader knows no longer counts. */
  reset(): void;
}

/** One department's live end on this node: the poller's position, and the readers. */
export class DepartmentFeed {
  private readonly readers = new Set<FeedReader>();

  /** @param position `seq` of the last event handed out */
  constructor(
    readonly dept: string,
    public position: number,
  ) {}

  get size(): number {
    return this.readers.size;
  }

  add(reader: FeedReader): void {
    this.readers.add(reader);
  }

  remove(reader: FeedReader): void {
    this.readers.delete(reader);
  }

  publish(batch: EventBatch): void {
    this.position = batch.last;
    for (const reader of this.readers) reader.deliver(batch);
  }

  reset(): void {
    for (const reader of [...this.readers]) reader.reset();
  }
}
