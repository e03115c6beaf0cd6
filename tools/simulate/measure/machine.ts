import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import os from 'node:os';

/** The origin of a figure: without it, it cannot be compared with another. */
export function describeMachine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory_mb: Math.round(os.totalmem() / 2 ** 20),
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    node: process.version,
    load_average: os.loadavg()[0] ?? 0,
    date: new Date().toISOString(),
  };
}

const NS_PER_MS = 1e6;
const US_PER_SECOND = 1e6;
const RESOLUTION_MS = 5;

export interface OwnCost {
  /** CPU of this process, in seconds per second of wall time. */
  readonly cpu_share: number;
  /** The same for all of the machine: server, database, and all other processes. */
  readonly machine_cpu_share: number;
  readonly loop_delay_p99_ms: number;
  readonly loop_delay_max_ms: number;
  readonly rss_mb: number;
}

/** Milliseconds that all cores together have worked since the machine started. */
function busyMs(): number {
  return os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0);
}

/** The client's own cost, and the delay of its event loop: a client that is starved of CPU measures itself. */
export class OwnCostMeter {
  private readonly delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  private startedAt = 0;
  private startedCpu = process.cpuUsage();
  private startedBusyMs = busyMs();

  start(): void {
    this.startedAt = performance.now();
    this.startedCpu = process.cpuUsage();
    this.startedBusyMs = busyMs();
    this.delay.reset();
    this.delay.enable();
  }

  stop(): OwnCost {
    this.delay.disable();
    const { user, system } = process.cpuUsage(this.startedCpu);
    const seconds = (performance.now() - this.startedAt) / 1000;
    // The timer's own interval is part of each sample.
    const late = (ns: number): number => Math.max(0, ns / NS_PER_MS - RESOLUTION_MS);
    return {
      cpu_share: (user + system) / US_PER_SECOND / seconds,
      machine_cpu_share: (busyMs() - this.startedBusyMs) / 1000 / seconds,
      loop_delay_p99_ms: late(this.delay.percentile(99)),
      loop_delay_max_ms: late(this.delay.max),
      rss_mb: process.memoryUsage.rss() / 2 ** 20,
    };
  }
}
