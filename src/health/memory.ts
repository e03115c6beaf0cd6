import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';

const MIB = 1024 * 1024;
const CGROUP_LIMITS = ['/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes'];

function cgroupLimit(): number | undefined {
  for (const file of CGROUP_LIMITS) {
    try {
      const bytes = Number(readFileSync(file, 'utf8'));
      if (Number.isFinite(bytes) && bytes < totalmem()) return bytes;
    } catch {
      // not in such a cgroup: the machine's memory counts
    }
  }
  return undefined;
}

/** How much of its memory the process uses. */
export class MemoryGauge {
  private readonly limit: number;

  /** @param maxMemoryMb MAX_MEMORY_MB; without it the cgroup's limit, else the machine's memory */
  constructor(maxMemoryMb: number | undefined) {
    this.limit = maxMemoryMb === undefined ? (cgroupLimit() ?? totalmem()) : maxMemoryMb * MIB;
  }

  /** RSS. */
  get usedBytes(): number {
    return process.memoryUsage.rss();
  }

  /** The same in MiB, one decimal. */
  get usedMb(): number {
    return Math.round((this.usedBytes / MIB) * 10) / 10;
  }

  /** The same against the limit, in percent, one decimal. */
  get percent(): number {
    return Math.round((this.usedBytes / this.limit) * 1000) / 10;
  }
}
