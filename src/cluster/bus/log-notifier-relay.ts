import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { Feeds } from '../../events/delivery/feed/feeds.js';
import { LogNotifier } from '../../events/log/log-notifier.js';
import { BackplaneAway } from '../ports/backplane-errors.js';
import { Bus } from './bus.service.js';
import { Cluster } from '../node/cluster.js';
import { ClusterMetrics } from '../node/cluster-metrics.js';

/** A department without a reader is listened to for this much longer: readers that poll come and go. */
const LINGER_MS = 30_000;

/**
 * Carries wake-ups of departments to the nodes with a reader, and only to them. One is on its way for a department at a time; those that come meanwhile
 * are one more after it. They carry nothing but the department: a lost or a false one costs a look at the log.
 */
@Injectable()
export class LogNotifierRelay implements OnModuleInit, BeforeApplicationShutdown {
  private readonly sending = new Set<string>();
  private readonly again = new Set<string>();
  private readonly followed = new Set<string>();
  private readonly leaving = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly cluster: Cluster,
    private readonly bus: Bus,
    private readonly logNotifier: LogNotifier,
    private readonly feeds: Feeds,
    private readonly metrics: ClusterMetrics,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    const { shared } = this.cluster;
    if (!shared) return;
    this.bus.onWakeUp((dept) => {
      this.logNotifier.notifyRemote(dept);
    });
    this.logNotifier.relay((dept) => {
      this.send(dept);
    });
    this.feeds.observe({
      opened: (dept) => {
        this.follow(dept);
      },
      closed: (dept) => {
        this.leaveLater(dept);
      },
    });
    // Wake-ups may have been lost while the bus was away.
    shared.onChange((isUp) => {
      if (isUp) for (const dept of this.followed) this.logNotifier.notifyRemote(dept);
    });
  }

  beforeApplicationShutdown(): void {
    for (const timer of this.leaving.values()) clearTimeout(timer);
    this.leaving.clear();
  }

  private send(dept: string): void {
    if (this.sending.has(dept)) {
      this.again.add(dept);
      return;
    }
    const { shared, serverId } = this.cluster;
    if (!shared?.isUp) return;
    this.sending.add(dept);
    this.metrics.sent('wake_up');
    this.settle('publish', shared.bus.publish({ dept }, serverId), () => {
      this.sending.delete(dept);
      if (this.again.delete(dept)) this.send(dept);
    });
  }

  private follow(dept: string): void {
    clearTimeout(this.leaving.get(dept));
    this.leaving.delete(dept);
    const { shared } = this.cluster;
    if (!shared || this.followed.has(dept)) return;
    this.followed.add(dept);
    // Other nodes may have committed before this node listened.
    this.settle('follow', shared.bus.follow(dept), () => {
      this.logNotifier.notifyRemote(dept);
    });
  }

  private leaveLater(dept: string): void {
    clearTimeout(this.leaving.get(dept));
    const timer = setTimeout(() => {
      this.leaving.delete(dept);
      this.followed.delete(dept);
      const { shared } = this.cluster;
      if (shared) this.settle('unfollow', shared.bus.unfollow(dept), () => undefined);
    }, LINGER_MS);
    timer.unref();
    this.leaving.set(dept, timer);
  }

  /** A bus that is away follows by itself when it is back; meanwhile the poll finds what there is. */
  private settle(what: string, work: Promise<unknown>, then: () => void): void {
    work
      .catch((error: unknown) => {
        if (!(error instanceof BackplaneAway)) this.logger.error('wake_ups.failed', { what, error });
      })
      .finally(then);
  }
}
