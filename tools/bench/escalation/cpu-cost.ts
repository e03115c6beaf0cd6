import { readFileSync } from 'node:fs';
import type { BenchDatabase } from '../append/bench-database.js';

/** Linux counts in hundredths of a second, whatever the kernel was built with. */
const MS_PER_TICK = 10;
/** utime and stime, counted from behind the name, which may hold anything. */
const UTIME = 11;
const STIME = 12;

function cpuMs(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[UTIME]) + Number(fields[STIME])) * MS_PER_TICK;
  } catch {
    return undefined;
  }
}

function used(pids: Iterable<number>): Map<number, number> {
  const found = new Map<number, number>();
  for (const pid of pids) {
    const ms = cpuMs(pid);
    if (ms !== undefined) found.set(pid, ms);
  }
  return found;
}

export interface CpuCost {
  /** CPU of the node processes. */
  readonly nodes_ms: number;
  /** CPU of the database's processes that serve them; undefined where they cannot be seen. */
  readonly database_ms: number | undefined;
}

/** The CPU cost of the work: on a shared machine it is comparable, while the elapsed time is not. */
export class CpuMeter {
  private constructor(
    private readonly nodePids: readonly number[],
    private readonly backendPids: readonly number[],
    private readonly before: ReadonlyMap<number, number>,
  ) {}

  static async start(database: BenchDatabase, nodePids: readonly number[]): Promise<CpuMeter> {
    const rows = await database.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'wardline-%'`,
    );
    const backendPids = rows.map((row) => row.pid);
    return new CpuMeter(nodePids, backendPids, used([...nodePids, ...backendPids]));
  }

  stop(): CpuCost {
    const after = used(this.before.keys());
    const sum = (pids: readonly number[]) => pids.reduce((ms, pid) => ms + (after.get(pid) ?? 0) - (this.before.get(pid) ?? 0), 0);
    const isSeen = this.backendPids.some((pid) => after.has(pid));
    return { nodes_ms: sum(this.nodePids), database_ms: isSeen ? sum(this.backendPids) : undefined };
  }
}
