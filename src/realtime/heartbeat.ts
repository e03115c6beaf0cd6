import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Connections } from './connections.js';
import { SharedFrame } from './shared-frame.js';

/** How often clients hear an application `ping`, as `hello` tells them. */
export const HEARTBEAT_SEC = 25;

/** Lets browsers know that their picture is live: they cannot see protocol pings. One frame, framed once, for all. */
@Injectable()
export class Heartbeat implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly connections: Connections,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      const frame = SharedFrame.of({ type: 'ping', t: this.clock.now() });
      for (const connection of this.connections.all()) connection.offer(frame);
    }, HEARTBEAT_SEC * 1000);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
