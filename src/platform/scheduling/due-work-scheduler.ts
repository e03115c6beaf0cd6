import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { ExtensionGuard } from '../extensions/extension-guard.js';
import { requireFree, requirePartName } from '../extensions/part-name.js';
import { Logger } from '../logging/logger.js';
import { DueLookLoop } from './loops/due-look-loop.js';
import type { DueWork } from './due-work.js';
import { DueWorkLoop } from './loops/due-work-loop.js';
import { GuardedDueWork } from './loops/guarded-due-work.js';
import { OutageWatch } from './outage-watch.js';

/** Runs what features have registered, from the start to the drain. */
@Injectable()
export class DueWorkScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops: DueWorkLoop[] = [];
  private looking: DueLookLoop | undefined;
  private readonly stopping = new AbortController();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly guard: ExtensionGuard,
    private readonly database: Database,
    private readonly outage: OutageWatch,
  ) {}

  /**
   * To be called while modules are initialised. Work of a hospital's own backs off by itself where it fails, each call ends after 30 s, and its
   * statements go over a pool of their own: nothing of the ward waits for it.
   * @throws StartRefused for a name that is taken or, of a hospital's own work, that is none
   */
  register(work: DueWork): void {
    const isOurs = work.isCore === true || work.isTrusted === true;
    const isTaken = this.loops.some((loop) => loop.name === work.name);
    if (isOurs) requireFree('kinds of due work', work.name, isTaken);
    else requirePartName('kinds of due work', work.name, isTaken);
    const inForce = isOurs ? work : new GuardedDueWork(work, this.guard, this.stopping.signal);
    this.loops.push(new DueWorkLoop(inForce, this.clock, this.logger, this.outage));
  }

  /** There is something to do for the work of this name: it looks at once, not only at its next scan. */
  wake(name: string): void {
    for (const loop of this.loops) if (loop.name === name) loop.wake();
  }

  /** @internal the time itself has moved, as in a test: every kind of work looks at once. */
  wakeAll(): void {
    for (const loop of this.loops) loop.wake();
  }

  onApplicationBootstrap(): void {
    for (const loop of this.loops) loop.start();
    this.looking = new DueLookLoop(this.loops, this.database, this.logger, this.outage);
    this.looking.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.looking?.stop(), ...this.loops.map((loop) => loop.stop())]);
  }

  /** Kinds of the core's own work that have not run to their end for `ms` milliseconds. */
  silentFor(ms: number): string[] {
    return this.loops.filter((loop) => loop.isCore && loop.silence > ms).map((loop) => loop.name);
  }
}
