import { Injectable } from '@nestjs/common';
import { Feeds } from './feeds.js';
import { type EventSink, Follower, type FollowerParts } from './follower.js';
import { HistoryPages } from './history-pages.js';

/** Makes followers of departments, for whatever kind of reader. */
@Injectable()
export class Followers {
  /** One for all of them: there are as many followers as readers. */
  private readonly parts: FollowerParts;

  constructor(pages: HistoryPages, feeds: Feeds) {
    this.parts = { pages, feeds };
  }

  /**
   * @param cursor `seq` of the last event that the reader has
   * @param head the department's head, just read
   */
  follow(dept: string, cursor: number, head: number, sink: EventSink): Follower {
    return new Follower(this.parts, dept, cursor, head, sink);
  }
}
