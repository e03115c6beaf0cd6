import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LiveLimits } from '../../../platform/limits/live-limits.service.js';
import { EventPoller } from './event-poller.js';

/** The poller's pace as an administrator has set it. */
@Injectable()
export class PollInterval implements OnApplicationBootstrap {
  constructor(
    private readonly poller: EventPoller,
    private readonly limits: LiveLimits,
  ) {}

  onApplicationBootstrap(): void {
    this.apply();
    this.limits.onChange(() => {
      this.apply();
    });
  }

  private apply(): void {
    this.poller.pollEvery(this.limits.current.POLL_INTERVAL_MS);
  }
}
