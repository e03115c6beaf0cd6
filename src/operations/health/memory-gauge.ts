const MIB = 1024 * 1024;

/** How much of its memory the process uses. */
export class MemoryGauge {
  /** @param limitMb MAX_MEMORY_MB, or what it is by default */
  constructor(private readonly limitMb: number) {}

  /** The limit that the percentage refers to. */
  get limitBytes(): number {
    return this.limitMb * MIB;
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
    return Math.round((this.usedBytes / this.limitBytes) * 1000) / 10;
  }
}
