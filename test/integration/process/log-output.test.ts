import { spawn, spawnSync, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { asStation, request } from '../../support/clients/client.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { freePort } from '../../support/servers/free-port.js';
import { parseMetrics } from '../../support/checks/metrics.js';
import { sendSignal } from '../../support/checks/signal.js';
import { TEST_SECRET, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const folder = mkdtempSync(join(tmpdir(), 'wardline-output-'));
const small = mkdtempSync(join(tmpdir(), 'wardline-small-'));
/** Mounting is root's. */
const isSmall = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', small], { stdio: 'ignore' }).status === 0;
if (!isSmall) process.stderr.write('SKIPPED: lines on a full disk, for want of the right to mount one\n');

afterAll(() => {
  if (isSmall) spawnSync('umount', ['--lazy', small], { stdio: 'ignore' });
  rmSync(small, { recursive: true });
  rmSync(folder, { recursive: true });
});

/** Both ends of a pipe in one descriptor, so that it never ends; what it holds already leaves no room for a line. */
function fullPipe(name: string): number {
  const path = join(folder, name);
  spawnSync('mkfifo', [path]);
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  try {
    for (;;) writeSync(pipe, Buffer.alloc(4096, 'x'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  // The descriptor that is inherited waits, as a shell's would.
  const inherited = openSync(path, constants.O_RDWR);
  return inherited;
}

/** A pipe whose reader has gone. */
function brokenPipe(name: string): number {
  const path = join(folder, name);
  spawnSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  closeSync(reader);
  return writer;
}

describe('standard output that takes nothing', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase('demo hospital');
  });
  afterAll(() => database.drop());

  /** Starts a node on the output, runs `work` with it, and ends it in order. */
  async function withNode(
    output: number | 'pipe',
    settings: { SUPERVISOR: string; LOG_LEVEL: string },
    work: (target: TestWardline, lost: () => Promise<number>, pid: number) => Promise<void>,
  ): Promise<void> {
    const port = await freePort();
    const env = {
      PATH: process.env['PATH'] ?? '',
      DATABASE_URL: database.url,
      DATA_DIR: folder,
      SESSION_SECRETS: TEST_SECRET,
      REQUIRE_WSS: 'false',
      HOST: '127.0.0.1',
      PORT: String(port),
      ...settings,
    };
    // `pipe` is a socket, as the journal's is; nobody reads it.
    const stdio: StdioOptions = ['ignore', output, 'pipe'];
    const child = spawn(process.execPath, [join(packageRoot(), 'dist/src/main.js')], { env, stdio, detached: true });
    const exited = once(child, 'exit');
    let said = '';
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    try {
      await eventually(() => (said.includes('is listening') ? true : undefined), 'the greeting');
      const target = { url: `http://127.0.0.1:${String(port)}`, ca: Buffer.alloc(0), firstRun: inject('firstRun') } as TestWardline;
      const lost = async () =>
        parseMetrics((await request(target, 'GET', '/metrics')).body as string).value('wardline_log_lines_lost_total');
      await work(target, lost, child.pid ?? 0);
      sendSignal(child.pid, 'SIGTERM');
      expect(await exited).toEqual([0, null]);
    } finally {
      if (child.exitCode === null && child.signalCode === null) sendSignal(child.pid, 'SIGKILL');
    }
  }

  const tryWith = (output: number | 'pipe', SUPERVISOR: string, losesLines: boolean) =>
    withNode(output, { SUPERVISOR, LOG_LEVEL: 'trace' }, async (target, lost) => {
      expect((await request(target, 'GET', '/readyz')).status).toBe(200);
      expect((await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' })).status).toBeLessThan(300);
      if (losesLines) expect(await lost()).toBeGreaterThan(0);
      else expect(await lost()).toBe(0);
    });

  it.each(['on', 'off'])('costs log lines, counted, and neither the ward nor the end: SUPERVISOR=%s', async (supervisor) => {
    await Promise.all([
      tryWith(openSync('/dev/full', 'w'), supervisor, true),
      tryWith(brokenPipe(`broken-${supervisor}`), supervisor, true),
      // Unread lines are not lost yet.
      tryWith(fullPipe(`full-${supervisor}`), supervisor, false),
      tryWith('pipe', supervisor, false),
    ]);
  });

  it('counts the lines of the supervisor, which has no metrics of its own', async () => {
    await withNode(openSync('/dev/full', 'w'), { SUPERVISOR: 'on', LOG_LEVEL: 'error' }, async (_target, lost, pid) => {
      const before = await lost();
      const [worker] = readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
        .trim()
        .split(' ')
        .map(Number);
      process.kill(worker ?? 0, 'SIGKILL');
      // The supervisor reports the crash; a worker at this level has nothing to say.
      await eventually(async () => ((await lost().catch(() => 0)) > before ? true : undefined), 'the lost line of the supervisor');
    });
  });
});

describe('lines on a disk that fills and has room again', () => {
  it.runIf(isSmall)('are whole; lost ones are counted, and their number is reported', async () => {
    const log = join(small, 'log');
    const ballast = join(small, 'ballast');
    writeFileSync(ballast, Buffer.alloc(8192));
    const code = `
      const { lineOutput } = await import(${JSON.stringify(pathToFileURL(join(packageRoot(), 'dist/src/platform/logging/line-output.js')).href)});
      const output = lineOutput(1);
      output.onRecovered = (lost) => process.send({ recovered: lost });
      process.on('message', (count) => {
        for (let line = 0; line < count; line++) output.write(JSON.stringify({ line, text: 'x'.repeat(1000) }) + '\\n');
        process.send({ lost: output.lost });
      });
      process.once('disconnect', () => process.exit(0));
      process.send('up');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', openSync(log, 'w'), 'inherit', 'ipc'] });
    const exited = once(child, 'exit');
    const said: unknown[] = [];
    child.on('message', (message) => said.push(message));
    await eventually(() => (said.length === 1 ? true : undefined), 'the program');
    child.send(20);
    const { lost } = (await eventually(() => said[1], 'what was lost')) as { lost: number };
    expect(lost).toBeGreaterThan(5);
    rmSync(ballast);
    child.send(3);
    await eventually(() => (said.length === 4 ? true : undefined), 'the report');
    expect(said.slice(2)).toEqual(expect.arrayContaining([{ lost }, { recovered: lost }]));
    child.disconnect();
    expect(await exited).toEqual([0, null]);
    const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
    const whole = lines.filter((line) => line.startsWith('{') && line.endsWith('}'));
    // The disk was full in the middle of one line, and no other is joined to it.
    expect(lines.length - whole.length).toBeLessThanOrEqual(1);
    expect(whole).toHaveLength(23 - lost);
    for (const line of whole) JSON.parse(line);
  });
});
