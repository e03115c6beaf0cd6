import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Logger } from '../logging/logger.js';
import type { DueWork } from './due-work.js';
import { DueWorkLoop } from './due-work-loop.js';

/** Runs what features have registered, from the start to the drain. */
@Injectable()
export class DueWorkScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: DueWorkLoop[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** To be called while modules are initialised. */
  register(work: DueWork): void {
    this.loops.push(new DueWorkLoop(work, this.clock, this.logger));
  }

  /** There is something to do for the work of this name: it looks at once, not only at its next scan. */
  wake(name: string): void {
    for (const loop of this.loops) if (loop.name === name) loop.wake();
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.loops.map((loop) => loop.stop()));
  }

  /** Kinds of the core's own work that have not run to their end for `ms` milliseconds. */
  silentFor(ms: number): string[] {
    return this.loops.filter((loop) => loop.isCore && loop.silence > ms).map((loop) => loop.name);
  }
}
