import { memoryLimit } from '../system/cgroup-memory.js';
import type { OperationsSettings } from './operations.settings.js';

const MB = 1024 * 1024;
/** Of MAX_MEMORY_MB: above every sensible MEMORY_RESTART_THRESHOLD, since the heap is not all of RSS, and below what the kernel kills for. */
const HEAP_PART = 0.9;
/** With less the application does not even start. */
const LEAST_HEAP_MB = 160;

type MemorySettings = Pick<OperationsSettings, 'MAX_MEMORY_MB' | 'WORKERS'>;

/** What one process may use, in MB: MAX_MEMORY_MB; without it an equal part of what the control group or the machine has. */
export function maxMemoryMb({ MAX_MEMORY_MB, WORKERS }: MemorySettings): number {
  return MAX_MEMORY_MB ?? Math.floor(memoryLimit() / MB / WORKERS);
}

/** For Node's `--max-old-space-size`, in MB: V8's own limit would be reached long before the process's. */
export function maxHeapMb(settings: MemorySettings): number {
  return Math.max(LEAST_HEAP_MB, Math.floor(maxMemoryMb(settings) * HEAP_PART));
}
