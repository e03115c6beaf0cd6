import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { EventCatalog } from './event-catalog.js';
import { EventLog } from './event-log.js';
import { Feeds } from './feeds.js';
import { type EventSink, Follower, type FollowerParts } from './follower.js';

/** Makes followers of departments, for whatever kind of reader. */
@Injectable()
export class Followers {
  /** One for all of them: there are as many followers as readers. */
  private readonly parts: FollowerParts;

  constructor(log: EventLog, feeds: Feeds, catalog: EventCatalog, clock: Clock) {
    this.parts = { log, feeds, catalog, clock };
  }

  /**
   * @param cursor `seq` of the last event that the reader has
   * @param head the department's head, just read
   */
  follow(dept: string, cursor: number, head: number, sink: EventSink): Follower {
    return new Follower(this.parts, dept, cursor, head, sink);
  }
}
