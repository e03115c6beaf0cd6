import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { EventCatalog } from './event-catalog.js';
import { EventLog } from './event-log.js';
import { Feeds } from './feeds.js';
import { type EventSink, Follower } from './follower.js';

/** Makes followers of departments, for whatever kind of reader. */
@Injectable()
export class Followers {
  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly catalog: EventCatalog,
    private readonly clock: Clock,
  ) {}

  /**
   * @param cursor `seq` of the last event that the reader has
   * @param head the department's head, just read
   */
  follow(dept: string, cursor: number, head: number, sink: EventSink): Follower {
    return new Follower({ log: this.log, feeds: this.feeds, catalog: this.catalog, clock: this.clock }, dept, cursor, head, sink);
  }
}
