import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { lineOutput } from '../logging/line-output.js';
import { EXIT_REFUSED } from '../common/start-refused.js';
import { BEAT_MS, readLoop } from './loop-beat.js';
import { exitMain, whereMainHangs } from './main-thread.js';
import { findAfter, loadStuckLine, noteAfter, START_STUCK_SEC, startStuckLine } from './stuck-times.js';

/** The orders of the thread. */
export interface WatchdogOrders {
  readonly place: SharedArrayBuffer;
  /** The file of the hospital while it is loaded, before anything else of the start. */
  readonly loading: string | undefined;
  /** The start is over. */
  readonly isUp: boolean;
  /** Seconds without a beat after which a process that is up is stuck. */
  readonly stuckSec: number;
  /** The database in which the point that it hangs in is written down, in time before the process is ended. */
  readonly databaseUrl: string | undefined;
  /** True where this thread ends the process; else a supervisor does. */
  readonly endsProcess: boolean;
  /** The descriptor over which the supervisor hears where a silent event loop hangs. */
  readonly reportTo: number | undefined;
}

/** For the note of a point, and each of its steps. */
const NOTE_MS = 1500;
const MAX_POINT = 200;
const NOTE = `INSERT INTO extension_points AS p (point, stuck_at) VALUES ($1, app_now())
  ON CONFLICT (point) DO UPDATE SET stuck_at = excluded.stuck_at,
    off_since = CASE WHEN p.stuck_at > excluded.stuck_at - interval '10 minutes' THEN coalesce(p.off_since, excluded.stuck_at) ELSE p.off_since END`;

/** A part of the start cannot be left out. */
const WITHOUT_FALLBACK = /^(module|start of) /;

/** For a log line that goes through a socket. */
const LAST_LINE_MS = 50;

let orders = workerData as WatchdogOrders;
const { place: shared, reportTo } = orders;
parentPort?.on('message', (more: Partial<WatchdogOrders>) => {
  orders = { ...orders, ...more };
});
let seen = -1;
/** Counted in ticks of this thread: time in which the whole process was stopped does not count. */
let silentSec = 0;
let noted: Promise<void> = Promise.resolve();
let isEnding = false;
/** The place in code of a hospital’s own that the loop hangs in, if no extension point is known. */
let place: string | undefined;

/** A second time within ten minutes turns the point off. Never rejects: without a database nothing is written down. */
async function note(databaseUrl: string, point: string): Promise<void> {
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

/** The supervisor hears it at once: it counts on its own. */
async function find(): Promise<void> {
  place = await whereMainHangs();
  report(place);
}

function report(extension: string | undefined): void {
  if (reportTo !== undefined) writeSync(reportTo, `${JSON.stringify({ extension })}\n`);
}

function look(): void {
  const { beats, extension } = readLoop(shared);
  silentSec = beats === seen ? silentSec + 1 : 0;
  seen = beats;
  if (silentSec === 0) place = undefined;
  else report(extension ?? place);
  // Loading takes its time; a process that never hangs does without it.
  if (silentSec === 1 && extension !== undefined) import('pg').catch(() => undefined);
  const { isUp, databaseUrl, endsProcess } = orders;
  const stuckSec = isUp ? orders.stuckSec : START_STUCK_SEC;
  if (silentSec === findAfter(stuckSec) && extension === undefined) void find();
  const [point] = extension?.split(', ', 1) ?? [];
  if (silentSec === noteAfter(stuckSec) && databaseUrl !== undefined && point !== undefined && !WITHOUT_FALLBACK.test(point))
    noted = note(databaseUrl, point);
  if (endsProcess && silentSec >= stuckSec && !isEnding) void end(extension ?? place);
}

async function end(extension: string | undefined): Promise<void> {
  isEnding = true;
  const { isUp, loading } = orders;
  const event = isUp ? 'worker.stuck' : 'wardline.start_stuck';
  const line = { level: 'error', timestamp: new Date().toISOString(), silent_sec: silentSec, extension, event };
  lineOutput(1).write(`${JSON.stringify(line)}\n`);
  if (!isUp) lineOutput(2).write(loading === undefined ? startStuckLine(extension) : loadStuckLine(loading));
  await Promise.race([noted, sleep(NOTE_MS)]);
  await sleep(LAST_LINE_MS);
  if (!isUp) await exitMain(loading === undefined ? 1 : EXIT_REFUSED);
  process.kill(process.pid, 'SIGKILL');
}

setInterval(look, BEAT_MS);
