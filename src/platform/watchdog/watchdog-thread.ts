import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { lineOutput } from '../logging/line-output.js';
import { BEAT_MS, readLoop } from './loop-beat.js';

/** The orders of the thread. */
export interface WatchdogOrders {
  readonly place: SharedArrayBuffer;
  /** Seconds without a beat after which the process is about to be ended: the point that it hangs in is written down. */
  readonly noteAfterSec: number;
  readonly databaseUrl: string;
  /** Seconds without a beat after which the process is ended; undefined where a supervisor does it. */
  readonly endAfterSec: number | undefined;
  /** The descriptor over which the supervisor hears where a silent event loop hangs. */
  readonly reportTo: number | undefined;
}

/** For the note of a point, and each of its steps. */
const NOTE_MS = 1500;
const MAX_POINT = 200;
const NOTE = `INSERT INTO extension_points AS p (point, stuck_at) VALUES ($1, app_now())
  ON CONFLICT (point) DO UPDATE SET stuck_at = excluded.stuck_at,
    off_since = CASE WHEN p.stuck_at > excluded.stuck_at - interval '10 minutes' THEN coalesce(p.off_since, excluded.stuck_at) ELSE p.off_since END`;

/** For a log line that goes through a socket. */
const LAST_LINE_MS = 50;

const { place, noteAfterSec, databaseUrl, endAfterSec, reportTo } = workerData as WatchdogOrders;
let seen = -1;
/** Counted in ticks of this thread: time in which the whole process was stopped does not count. */
let silentSec = 0;
let noted: Promise<void> = Promise.resolve();
let isEnding = false;

/** A second time within ten minutes turns the point off. Never rejects: without a database nothing is written down. */
async function note(point: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: NOTE_MS, query_timeout: NOTE_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(NOTE, [point.slice(0, MAX_POINT)]);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    const line = { level: 'error', timestamp: new Date().toISOString(), extension: point, why, event: 'extension.not_noted' };
    lineOutput(1).write(`${JSON.stringify(line)}\n`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function look(): void {
  const { beats, extension } = readLoop(place);
  silentSec = beats === seen ? silentSec + 1 : 0;
  seen = beats;
  if (reportTo !== undefined && silentSec > 0) writeSync(reportTo, `${JSON.stringify({ extension })}\n`);
  // Loading takes its time; a process that never hangs does without it.
  if (silentSec === 1 && extension !== undefined) import('pg').catch(() => undefined);
  if (silentSec === noteAfterSec && extension !== undefined) noted = note(extension.split(', ', 1)[0] ?? extension);
  if (endAfterSec !== undefined && silentSec >= endAfterSec && !isEnding) void end(extension);
}

async function end(extension: string | undefined): Promise<void> {
  isEnding = true;
  const line = { level: 'error', timestamp: new Date().toISOString(), silent_sec: silentSec, extension, event: 'worker.stuck' };
  lineOutput(1).write(`${JSON.stringify(line)}\n`);
  await Promise.race([noted, sleep(NOTE_MS)]);
  await sleep(LAST_LINE_MS);
  process.kill(process.pid, 'SIGKILL');
}

setInterval(look, BEAT_MS);
