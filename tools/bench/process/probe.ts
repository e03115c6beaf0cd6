import { writeFileSync } from 'node:fs';
import type { Session } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const SETTLE_ROUNDS = 6;
const SETTLE_PAUSE_MS = 250;

/** A process's usage, measured by itself. */
export interface Usage {
  /** Microseconds of CPU since its start, user and system, all threads. */
  readonly cpu_us: number;
  /** Bytes. */
  readonly rss: number;
  readonly heap_used: number;
  /** Outside the heap, held by it: buffers, and what the runtime's native objects report. */
  readonly external: number;
}

interface Writable {
  readonly writableLength?: number;
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { cpu_us: user + system, rss, heap_used: heapUsed, external };
}

/** Bun's own, where it runs this. */
declare const Bun: { gc(force: boolean): void } | undefined;

function collectGarbage(): void {
  if (typeof Bun === 'undefined') globalThis.gc?.();
  else Bun.gc(true);
}

/** Several full collections with pauses, so that finalizers run and the allocator gives pages back. */
async function settle(): Promise<Usage> {
  for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
    collectGarbage();
    await sleep(SETTLE_PAUSE_MS);
  }
  return usage();
}

/** Bytes that wait in the socket that has most of them. */
function mostWaiting(): number {
  const handles = (process as unknown as { _getActiveHandles?: () => Writable[] })._getActiveHandles?.() ?? [];
  return handles.reduce((most, { writableLength = 0 }) => Math.max(most, writableLength), 0);
}

let profiling: Session | undefined;

async function startProfile(): Promise<void> {
  const inspector = await import('node:inspector/promises');
  profiling = new inspector.Session();
  profiling.connect();
  await profiling.post('Profiler.enable');
  await profiling.post('Profiler.setSamplingInterval', { interval: 200 });
  await profiling.post('Profiler.start');
}

async function stopProfile(file: string): Promise<void> {
  const result = await profiling?.post('Profiler.stop');
  if (result) writeFileSync(file, JSON.stringify(result.profile));
  profiling?.disconnect();
  profiling = undefined;
}

async function writeSnapshot(file: string): Promise<void> {
  const v8 = await import('node:v8');
  v8.writeHeapSnapshot(file);
}

/** Questions that every server under measure answers; needs `--expose-gc` in Node. */
export const PROBE = { usage, settle, mostWaiting, startProfile, stopProfile, writeSnapshot } as const;
