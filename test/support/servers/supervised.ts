import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { asStation, type Session, signIn } from '../clients/client.js';
import { readLog } from '../clients/person.js';
import { type LogLine, type Program, run } from './process.js';
import { Reader } from '../clients/reader.js';
import type { FirstRun, TestWardline } from '../wardline.js';
import { eventually } from '../eventually.js';

/** The pids of the workers that have come up, oldest first. */
export function workers(program: Program): number[] {
  return program
    .events('server.state')
    .filter((line: LogLine) => line['state'] === 'running')
    .map((line) => line['worker'] as number);
}

export async function nextWorker(program: Program, before: number): Promise<number> {
  return eventually(() => workers(program).find((_, index) => index === before), 'another worker');
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export async function gone(pid: number): Promise<true> {
  return eventually(() => (isAlive(pid) ? undefined : true), `the end of process ${String(pid)}`);
}

/** Long enough that the load alone holds no slow machine up. */
const BETWEEN_PRESSES_MS = 25;

/** Presses and cancels at three buttons, each time over a connection of its own, until `stop`. */
export function pressing(wardline: TestWardline) {
  let stopped = false;
  const refused: string[] = [];
  const acknowledged: string[] = [];
  const work = Promise.all(
    ['icu-101-bed', 'icu-102-bed', 'icu-103-bed'].map(async (id) => {
      const press = asStation(wardline, id);
      while (!stopped) {
        try {
          const call = await press('POST', '/calls', { type: 'patient_normal' });
          if (call.status < 300) acknowledged.push(call.body.id as string);
          else refused.push(`press ${String(call.status)}`);
          const cancel = await press('POST', `/calls/${call.body.id as string}/cancel`, {});
          if (cancel.status >= 300) refused.push(`cancel ${String(cancel.status)}`);
        } catch (error) {
          refused.push(String(error));
        }
        await sleep(BETWEEN_PRESSES_MS);
      }
    }),
  );
  return {
    refused,
    acknowledged,
    stop: async () => {
      stopped = true;
      await work;
    },
  };
}

/** Every screen has the whole log, in order, each event once. */
export async function expectNothingLost(nurse: Session, screens: Reader[], acknowledged: string[]): Promise<void> {
  const log = await readLog(nurse, 'icu');
  const head = log.at(-1).seq as number;
  expect(log.map((event) => event.seq)).toEqual(Array.from({ length: head }, (_, index) => index + 1));
  const placed = new Set(log.filter((event) => event.type === 'call.pending').map((event) => event.data.call_id));
  expect(acknowledged.filter((id) => !placed.has(id))).toEqual([]);
  await eventually(() => (screens.every((screen) => screen.last === head) ? true : undefined), 'every screen at the head of the log');
  for (const screen of screens) expect(screen.defects).toEqual({ gaps: 0, duplicatesDropped: 0, skippedFetched: 0, faults: 0 });
}

/** Programs of one test file under a supervisor, on one embedded database, and the screens that follow them. */
export class Supervised {
  readonly folder = join(mkdtempSync(join(tmpdir(), 'wardline-supervisor-')), 'var');
  private readonly programs: Program[] = [];
  private readonly readers: Reader[] = [];

  async start(env: Record<string, string> = {}): Promise<{ program: Program; wardline: TestWardline }> {
    const program = this.alsoStop(run('src/main.js', { PORT: '0', DATA_DIR: this.folder, ...env }));
    const { url } = await program.event('wardline.ready');
    // The worker's own line comes from another process, and may come after the supervisor's.
    await eventually(() => (workers(program).length > 0 ? true : undefined), 'the first worker’s word');
    const firstRun = JSON.parse(readFileSync(join(this.folder, 'first-run.json'), 'utf8')) as FirstRun;
    return { program, wardline: { url, ca: readFileSync(join(this.folder, 'tls', 'cert.pem')), firstRun } as unknown as TestWardline };
  }

  alsoStop(program: Program): Program {
    this.programs.push(program);
    return program;
  }

  /** Follows the department with several screens, all of which are live when it resolves. */
  async follow(wardline: TestWardline): Promise<{ nurse: Session; screens: Reader[] }> {
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const other = await signIn(wardline, 'icu-nurse-2');
    const screens = [nurse, nurse, nurse, nurse, other, other, other, other].map((session) => new Reader(wardline, session, 'icu'));
    this.readers.push(...screens);
    for (const screen of screens) expect(await screen.whenLive()).toBe(true);
    return { nurse, screens };
  }

  /** After each test. */
  async stop(): Promise<void> {
    for (const reader of this.readers.splice(0)) reader.close();
    for (const { child, exited } of this.programs.splice(0)) {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM');
      await exited;
    }
  }

  /** After the last one. */
  remove(): void {
    for (const place of [join(this.folder, 'postgres'), join(`${this.folder}-alone`, 'postgres')]) {
      if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
    }
    rmSync(join(this.folder, '..'), { recursive: true, force: true });
  }
}
