import { memoryLimit } from '../system/cgroup-memory.js';
import type { OperationsSettings } from './settings/operations.settings.js';

const MB = 1024 * 1024;
/**
 * Part of MAX_MEMORY_MB. It is above every sensible MEMORY_RESTART_THRESHOLD, since the heap is not all of RSS, and below the
 * kernel's limit.
 */
const HEAP_PART = 0.9;
/** With less the application does not even start. */
const LEAST_HEAP_MB = 160;

type MemorySettings = Pick<OperationsSettings, 'MAX_MEMORY_MB' | 'WORKERS'>;

/** The memory of one process, in MB: MAX_MEMORY_MB; without it an equal part of the control group's or the machine's memory. */
export function maxMemoryMb({ MAX_MEMORY_MB, WORKERS }: MemorySettings): number {
  return MAX_MEMORY_MB ?? Math.floor(memoryLimit() / MB / WORKERS);
}

/** For Node's `--max-old-space-size`, in MB: V8's own limit would be reached long before the process's. */
export function maxHeapMb(settings: MemorySettings): number {
  return Math.max(LEAST_HEAP_MB, Math.floor(maxMemoryMb(settings) * HEAP_PART));
}
