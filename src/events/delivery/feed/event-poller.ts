import { Inject, Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../../platform/common/clock.js';
import { REALTIME_SETTINGS } from '../../../platform/config/config.module.js';
import type { RealtimeSettings } from '../../../platform/config/settings/realtime.settings.js';
import { SerialTask } from '../../../platform/scheduling/serial-task.js';
import { LogNotifier } from '../../log/log-notifier.js';
import { DepartmentReads } from './department-reads.js';
import { FeedMetrics } from './feed-metrics.js';
import { HistoryWatch } from './history-watch.js';

/**
 * Hands out what this node's readers lack: what the node itself has just appended, where it follows what they have; else a department is read at once
 * when it is woken, and all of them every POLL_INTERVAL_MS.
 */
@Injectable()
export class EventPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sweeps = new SerialTask(() => this.sweep());
  private intervalMs: number;
  private sweptAt = 0;
  private hasStarted = false;
  private lastGoodTick = 0;

  constructor(
    private readonly history: HistoryWatch,
    private readonly reads: DepartmentReads,
    private readonly metrics: FeedMetrics,
    logNotifier: LogNotifier,
    private readonly clock: Clock,
    @Inject(REALTIME_SETTINGS) { POLL_INTERVAL_MS }: RealtimeSettings,
  ) {
    this.intervalMs = POLL_INTERVAL_MS;
    logNotifier.onNotify((dept, events) => {
      reads.notified(dept, events);
    });
  }

  /** Milliseconds since the last interval at which all heads were read. */
  get silence(): number {
    return this.clock.monotonic() - this.lastGoodTick;
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.history.begin();
    this.lastGoodTick = this.clock.monotonic();
    this.sweptAt = this.lastGoodTick;
    this.hasStarted = true;
    this.schedule();
  }

  /** Holds until the next call. */
  pollEvery(intervalMs: number): void {
    if (intervalMs === this.intervalMs) return;
    this.intervalMs = intervalMs;
    if (this.hasStarted) this.schedule();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([this.reads.stop(), this.history.end(), this.sweeps.stop()]);
  }

  /** From the start of a sweep to that of the next: a slow one does not delay the one after it. */
  private schedule(): void {
    this.sweeps.repeat(() => Math.max(0, this.intervalMs - (this.clock.monotonic() - this.sweptAt)));
  }

  /** The net under the wake-ups. Also notices a database with another history. */
  private async sweep(): Promise<void> {
    const started = this.clock.monotonic();
    this.sweptAt = started;
    try {
      for (const { dept, head } of await this.history.heads()) this.reads.readTo(dept, head);
      this.reads.recovered();
      this.lastGoodTick = this.clock.monotonic();
      this.metrics.polled((this.lastGoodTick - started) / 1000);
    } catch (error) {
      this.reads.failed(error);
    }
  }
}
