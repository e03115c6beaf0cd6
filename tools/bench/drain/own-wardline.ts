import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { type FirstRun, readFirstRun } from '../client/first-run.js';
import { resolveTarget, type Target } from '../client/target.js';
import type { LeaveOptions } from './options.js';

export interface LogLine {
  readonly event: string;
  readonly [field: string]: unknown;
}

const LOOK_MS = 20;
const EVENT_TIMEOUT_MS = 120_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A Wardline of the bench's own, as `npm start` runs it: on its embedded database, at a port that it keeps. */
export class OwnWardline {
  /** The running process's log. */
  log: LogLine[] = [];
  private child: ChildProcess | undefined;
  private rest = '';

  private constructor(
    private readonly dataDir: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly origin: string,
  ) {}

  static async create({ sockets, windowSec, reconnectSec, plain, memory }: LeaveOptions): Promise<OwnWardline> {
    const dataDir = join(await mkdtemp(join(tmpdir(), 'wardline-bench-')), 'var');
    const port = await freePort();
    const many = String(sockets + 100);
    const env = {
      ...{ PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, PORT: String(port), LOG_FORMAT: 'json', SUPERVISOR: 'on' },
      ...{ MAX_CONNECTIONS: many, WARN_THRESHOLD: many, MAX_CONNECTIONS_PER_SESSION: '1000', MAX_CONNECTIONS_PER_USER: '1000' },
      ...{ CONNECT_RATE_LIMIT: '0', SHUTDOWN_DRAIN_SEC: String(windowSec), RESTART_DRAIN_SEC: String(windowSec) },
      ...{ SHUTDOWN_RECONNECT_SEC: String(reconnectSec), REQUIRE_WSS: String(!plain) },
      // Any worker is over this from the start.
      ...(memory && { MAX_MEMORY_MB: '64' }),
    };
    return new OwnWardline(dataDir, env, `${plain ? 'http' : 'https'}://127.0.0.1:${String(port)}`);
  }

  async start(): Promise<void> {
    this.log = [];
    const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'src', 'main.js')], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.child = child;
    child.stdout.on('data', (chunk: Buffer) => {
      this.read(chunk.toString());
    });
    await this.event('wardline.ready');
  }

  get target(): Target {
    return resolveTarget(this.origin, this.dataDir, false);
  }

  get firstRun(): FirstRun {
    return readFirstRun(this.dataDir);
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  /** Resolves with the exit code. */
  async exited(): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const [code] = (await once(child, 'exit')) as [number | null];
    return code;
  }

  /** Resolves when so many log lines of the event have come, with the last of them. @throws Error when they do not */
  async event(name: string, count = 1): Promise<LogLine> {
    const giveUpAt = performance.now() + EVENT_TIMEOUT_MS;
    for (;;) {
      const found = this.log.filter((line) => line.event === name)[count - 1];
      if (found) return found;
      if (performance.now() > giveUpAt || this.child?.exitCode !== null) throw new Error(`${name} did not come: ${this.lastWords}`);
      await sleep(LOOK_MS);
    }
  }

  async remove(): Promise<void> {
    this.signal('SIGTERM');
    await this.exited();
    // As root the data lie elsewhere, behind a link.
    const place = await realpath(join(this.dataDir, 'postgres')).catch(() => this.dataDir);
    for (const folder of [place, join(this.dataDir, '..')]) await rm(folder, { recursive: true, force: true });
  }

  private get lastWords(): string {
    return JSON.stringify(this.log.slice(-5));
  }

  private read(text: string): void {
    const lines = `${this.rest}${text}`.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith('{')) this.log.push(JSON.parse(line) as LogLine);
  }
}
