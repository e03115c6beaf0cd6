import { Injectable } from '@nestjs/common';
import { DepartmentFeed, type FeedReader } from './department-feed.js';
import { LogNotifier } from '../../log/log-notifier.js';

/** An observer of the departments that are read here. Called synchronously; must not throw. */
export interface FeedsObserver {
  /** The first reader has come. */
  opened(dept: string): void;
  /** The last reader has gone. */
  closed(dept: string): void;
}

/** The departments with a reader on this node: only these are polled. */
@Injectable()
export class Feeds {
  private readonly feeds = new Map<string, DepartmentFeed>();
  private readonly observers: FeedsObserver[] = [];

  constructor(private readonly logNotifier: LogNotifier) {}

  observe(observer: FeedsObserver): void {
    this.observers.push(observer);
  }

  get(dept: string): DepartmentFeed | undefined {
    return this.feeds.get(dept);
  }

  departments(): string[] {
    return [...this.feeds.keys()];
  }

  all(): Iterable<DepartmentFeed> {
    return this.feeds.values();
  }

  /**
   * Adds a reader. The first one starts the feed at `position` (a head just read), and the department is polled at once for
   * events that were committed meanwhile.
   */
  join(dept: string, position: number, reader: FeedReader): DepartmentFeed {
    let feed = this.feeds.get(dept);
    if (!feed) {
      feed = new DepartmentFeed(dept, position);
      this.feeds.set(dept, feed);
      this.logNotifier.notifyRemote(dept);
      for (const observer of this.observers) observer.opened(dept);
    }
    feed.add(reader);
    return feed;
  }

  leave(feed: DepartmentFeed, reader: FeedReader): void {
    feed.remove(reader);
    if (feed.size > 0 || this.feeds.get(feed.dept) !== feed) return;
    this.feeds.delete(feed.dept);
    for (const observer of this.observers) observer.closed(feed.dept);
  }
}
