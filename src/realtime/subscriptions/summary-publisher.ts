import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { DepartmentSummaries, type DepartmentSummary } from '../../events/snapshots/department-summaries.js';
import { DeliveryListeners } from '../../events/delivery/feed/delivery-listeners.js';
import type { Connection } from '../connection/connection.js';
import { Connections } from '../connection/connections.js';
import { SharedFrame } from '../connection/shared-frame.js';
import { SocketStats } from '../statistics/socket-stats.service.js';

/** At most one summary of a department in this time. */
const PAUSE_MS = 1000;

/**
 * `department.summary`, for boards: a department's figures, at most once a second, when they have changed or a reader has
 * come. They may be lost, and are the first to be: slow readers do not get them.
 */
@Injectable()
export class SummaryPublisher implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** Departments with news since the last round; with no reader left by then they are forgotten. */
  private news = new Set<string>();
  /** Connections that began to read a department since the last round. */
  private joined = new Map<Connection, Set<string>>();
  /** The last summary of each department that its readers got. */
  private told = new Map<string, string>();
  private readonly rounds = new SerialTask(() => this.publish());
  private failing = false;

  constructor(
    private readonly summaries: DepartmentSummaries,
    private readonly deliveryListeners: DeliveryListeners,
    private readonly connections: Connections,
    private readonly stats: SocketStats,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.deliveryListeners.add((batch) => this.news.add(batch.events[0].dept));
    this.rounds.repeat(PAUSE_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.rounds.stop();
  }

  /** The connection has begun to read the department. */
  join(connection: Connection, dept: string): void {
    const depts = this.joined.get(connection);
    if (depts) depts.add(dept);
    else this.joined.set(connection, new Set([dept]));
  }

  /** Never rejects: what could not be read is read in the next round. */
  private async publish(): Promise<void> {
    const { news, joined } = this;
    if (news.size === 0 && joined.size === 0) return;
    this.news = new Set();
    this.joined = new Map();
    for (const depts of joined.values()) for (const dept of depts) news.add(dept);
    try {
      this.offer(await this.summaries.read([...news]), joined);
      this.failing = false;
    } catch (error) {
      for (const dept of news) this.news.add(dept);
      for (const [connection, depts] of joined) for (const dept of depts) this.join(connection, dept);
      if (!this.failing) this.logger.warn('summaries.failed', { departments: news.size, error });
      this.failing = true;
    }
  }

  private offer(summaries: readonly DepartmentSummary[], joined: ReadonlyMap<Connection, ReadonlySet<string>>): void {
    const frames = new Map(summaries.map((summary) => [summary.dept, frameOf(summary)]));
    const changed = new Set(summaries.filter(({ dept, data }) => this.told.get(dept) !== data).map(({ dept }) => dept));
    const read = new Set<string>();
    for (const connection of this.connections.all()) {
      if (!connection.isOpen) continue;
      for (const [dept, { isLive }] of connection.subscriptions) {
        read.add(dept);
        const frame = frames.get(dept);
        if (!frame) continue;
        if (!isLive) this.join(connection, dept);
        else if (changed.has(dept) || joined.get(connection)?.has(dept)) this.offerTo(connection, frame);
      }
    }
    for (const { dept, data } of summaries) this.told.set(dept, data);
    for (const dept of this.told.keys()) if (!read.has(dept)) this.told.delete(dept);
  }

  private offerTo(connection: Connection, frame: SharedFrame): void {
    this.stats.increment('pushes_total');
    if (!connection.offer(frame)) this.stats.increment('pushes_dropped_slow_consumer');
  }
}

function frameOf({ dept, time, data }: DepartmentSummary): SharedFrame {
  return new SharedFrame('department.summary', `{"type":"department.summary","dept":"${dept}","time":"${time}","data":${data}}`);
}
