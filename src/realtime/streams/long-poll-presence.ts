import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventWaiter } from '../../events/delivery/event-waiter.js';
import { SocketObservers } from '../connection/socket-observers.js';

/** A person with a long poll counts as connected, as with a socket; the grace bridges the pauses between the polls. */
@Injectable()
export class LongPollPresence implements OnModuleInit {
  constructor(
    private readonly waiter: EventWaiter,
    private readonly observers: SocketObservers,
  ) {}

  onModuleInit(): void {
    this.waiter.observe({
      began: (poll) => {
        this.observers.opened(poll);
      },
      ended: (poll) => {
        this.observers.closed(poll);
      },
    });
  }
}
