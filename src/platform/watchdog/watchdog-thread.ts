import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { lineOutput } from '../logging/line-output.js';
import { BEAT_MS, readLoop } from './loop-beat.js';

/** What the thread is to do. */
export interface WatchdogOrders {
  readonly place: SharedArrayBuffer;
  /** Seconds without a beat after which the process is ended; undefined where a supervisor does it. */
  readonly endAfterSec: number | undefined;
  /** The descriptor over which the supervisor hears where a silent event loop hangs. */
  readonly reportTo: number | undefined;
}

/** For a log line that goes through a socket. */
const LAST_LINE_MS = 50;

const { place, endAfterSec, reportTo } = workerData as WatchdogOrders;
let seen = -1;
/** Counted in ticks of this thread: time in which the whole process stood still is none. */
let silentSec = 0;

function look(): void {
  const { beats, extension } = readLoop(place);
  silentSec = beats === seen ? silentSec + 1 : 0;
  seen = beats;
  if (reportTo !== undefined && silentSec > 0) writeSync(reportTo, `${JSON.stringify({ extension })}\n`);
  if (endAfterSec !== undefined && silentSec >= endAfterSec) void end(extension);
}

async function end(extension: string | undefined): Promise<void> {
  const line = { level: 'error', timestamp: new Date().toISOString(), silent_sec: silentSec, extension, event: 'worker.stuck' };
  lineOutput(1).write(`${JSON.stringify(line)}\n`);
  await sleep(LAST_LINE_MS);
  process.kill(process.pid, 'SIGKILL');
}

setInterval(look, BEAT_MS);
