import { Injectable } from '@nestjs/common';
import { Feeds } from './feed/feeds.js';
import { type EventSink, LogSubscriber, type LogSubscriberParts } from './log-subscriber.js';
import { HistoryPages } from './history-pages.js';
import { LogHoles } from './log-holes.js';

/** Makes subscribers of departments, for whatever kind of reader. */
@Injectable()
export class LogSubscriberFactory {
  /** One for all of them: there are as many subscribers as readers. */
  private readonly parts: LogSubscriberParts;

  constructor(pages: HistoryPages, feeds: Feeds, holes: LogHoles) {
    this.parts = { pages, feeds, holes };
  }

  /**
   * @param cursor `seq` of the last event that the reader has
   * @param head the department's head, just read
   */
  follow(dept: string, cursor: number, head: number, sink: EventSink): LogSubscriber {
    return new LogSubscriber(this.parts, dept, cursor, head, sink);
  }
}
