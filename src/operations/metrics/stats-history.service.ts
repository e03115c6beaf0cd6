import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../platform/common/clock.js';
import { NODE_STATS, NodeStats, type NodeStat } from './node-stats.service.js';
import { type Sample, SampleRing } from './sample-ring.js';

const FINE_SEC = 10;
const COARSE_SEC = 60;
/** An hour of the fine ones, a day of the coarse ones. */
const FINE_KEPT = 3600 / FINE_SEC;
const COARSE_KEPT = 86_400 / COARSE_SEC;

/** Seconds from one sample to the next. */
export type Resolution = typeof FINE_SEC | typeof COARSE_SEC;

/**
 * The history of this node's state and counters: a sample every 10 seconds for an hour, one a minute for a day. It ends with
 * the process.
 */
@Injectable()
export class StatsHistory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly rings = {
    [FINE_SEC]: new SampleRing<NodeStat>(NODE_STATS, FINE_KEPT),
    [COARSE_SEC]: new SampleRing<NodeStat>(NODE_STATS, COARSE_KEPT),
  };
  private taken = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stats: NodeStats,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.take();
    this.timer = setInterval(() => {
      this.take();
    }, FINE_SEC * 1000);
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Samples from `from` to `to`, milliseconds since 1970, oldest first. */
  between(resolution: Resolution, from: number, to: number): Sample<NodeStat>[] {
    return this.rings[resolution].between(from, to);
  }

  /** Messages per second over sockets, both ways, mean of the last 10 to 20 seconds. */
  get messageRate(): number {
    const before = this.rings[FINE_SEC].secondLast;
    if (!before) return 0;
    const now = this.stats.read();
    const messages = now.messages_in + now.messages_out - before.values.messages_in - before.values.messages_out;
    return messages / Math.max(1, (this.clock.now() - before.at) / 1000);
  }

  private take(): void {
    const sample = { at: this.clock.now(), values: this.stats.read() };
    this.rings[FINE_SEC].add(sample);
    if (this.taken % (COARSE_SEC / FINE_SEC) === 0) this.rings[COARSE_SEC].add(sample);
    this.taken++;
  }
}
