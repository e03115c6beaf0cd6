import type { EventBatch } from '../../log/encoded-event.js';

/** Someone who follows a department's log on this node. */
export interface FeedReader {
  /** The next events; called in order, must not block. */
  deliver(batch: EventBatch): void;
  /** The log is not what it was (restored, failed over): what the reader knows no longer counts. */
  reset(): void;
  /** It could not take a batch, and gets no more: its client resumes from what it has. */
  failed(): void;
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

  /**
   * Each reader gets the batch. One that cannot take it leaves; the others do not notice.
   * @returns the errors of those
   */
  publish(batch: EventBatch): unknown[] {
    this.position = batch.last;
    const errors: unknown[] = [];
    for (const reader of this.readers) {
      try {
        reader.deliver(batch);
      } catch (error) {
        errors.push(error);
        this.end(reader, errors);
      }
    }
    return errors;
  }

  reset(): void {
    for (const reader of [...this.readers]) reader.reset();
  }

  private end(reader: FeedReader, errors: unknown[]): void {
    this.remove(reader);
    try {
      reader.failed();
    } catch (error) {
      errors.push(error);
    }
  }
}
