import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { NodeProcess } from '../../bench/escalation/node-process.js';
import { TcpProxy } from './tcp-proxy.js';

const RETRY_MS = 300;
const CLOCK = pathToFileURL(join(packageRoot(), 'dist', 'tools', 'chaos', 'world', 'skewed-clock.js')).href;

export interface NodeSettings {
  readonly databaseUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** A folder for what the nodes log; undefined: nowhere. */
  readonly logs: string | undefined;
  /** A folder on a disk that may be full, to which standard output goes; undefined: it goes to us. */
  readonly output: string | undefined;
}

/** A supervised node is a supervisor with one worker; an unsupervised one is a single process. */
export type Part = 'process' | 'worker';

/** The place of one node, with an address that stays: its process ends and is started again, as by a service manager. */
export class NodeSlot {
  /** How often the process ended without being asked to, and what it said last. */
  readonly deaths: string[] = [];
  readonly complaints = new Map<string, number>();
  private node: NodeProcess | undefined;
  private doomed: NodeProcess | undefined;
  private downUntil = 0;
  private isOver = false;
  private upkeep: Promise<void> | undefined;
  private clockFolder = '';

  private constructor(
    readonly name: string,
    readonly isSupervised: boolean,
    readonly proxy: TcpProxy,
    private readonly settings: NodeSettings,
  ) {}

  static async open(name: string, isSupervised: boolean, settings: NodeSettings): Promise<NodeSlot> {
    let slot: NodeSlot | undefined = undefined as NodeSlot | undefined;
    const proxy = await TcpProxy.listen(() => slot?.target());
    slot = new NodeSlot(name, isSupervised, proxy, settings);
    slot.clockFolder = mkdtempSync(join(tmpdir(), 'wardline-chaos-clock-'));
    slot.upkeep = slot.keepUp();
    return slot;
  }

  /** The address for clients. */
  get url(): string {
    return `http://127.0.0.1:${String(this.proxy.port)}`;
  }

  /** The process's own address, behind the network that fails; undefined while it is down. */
  get directUrl(): string | undefined {
    return this.node?.isRunning === true ? this.node.url : undefined;
  }

  get isRunning(): boolean {
    return this.directUrl !== undefined;
  }

  /** Ends the process; it is started again after `downMs`. @returns false when it was down already */
  end(signal: 'SIGKILL' | 'SIGTERM', downMs: number): boolean {
    const { node } = this;
    if (node?.isRunning !== true) return false;
    this.doomed = node;
    this.downUntil = performance.now() + downMs;
    node.kill('SIGCONT');
    node.kill(signal);
    return true;
  }

  /**
   * Stops a process in the middle of whatever it does, as a host that is overloaded or moved; until the function that is returned is called.
   * @returns undefined when there is no such process at this moment
   */
  freeze(part: Part = 'process'): (() => void) | undefined {
    const { node } = this;
    const pid = node?.isRunning !== true ? undefined : part === 'worker' ? childOf(node.pid) : node.pid;
    if (pid === undefined || !signal(pid, 'SIGSTOP')) return undefined;
    // A worker that its supervisor took for stuck is gone by then.
    return () => void signal(pid, 'SIGCONT');
  }

  /** Moves the process's own wall clock to so many seconds off. A new process starts with the right time. */
  moveClock(seconds: number): boolean {
    const { node } = this;
    if (node?.isRunning !== true) return false;
    writeFileSync(join(this.clockFolder, 'offset'), String(Math.round(seconds * 1000)));
    node.kill('SIGUSR2');
    return true;
  }

  /** The status of `/readyz`; 0 without an answer. */
  async readiness(): Promise<{ status: number; body: string }> {
    const url = this.directUrl;
    if (url === undefined) return { status: 0, body: 'down' };
    try {
      const answer = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(3000) });
      return { status: answer.status, body: await answer.text() };
    } catch (error) {
      return { status: 0, body: error instanceof Error ? error.message : 'no answer' };
    }
  }

  /** One of its figures. */
  async figure(name: string): Promise<number | undefined> {
    const url = this.directUrl;
    if (url === undefined) return undefined;
    const text = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(3000) }).then((answer) => answer.text());
    const found = new RegExp(`^${name} (\\S+)$`, 'm').exec(text);
    return found?.[1] === undefined ? undefined : Number(found[1]);
  }

  async stop(): Promise<void> {
    this.isOver = true;
    const { node } = this;
    this.doomed = node;
    node?.kill('SIGCONT');
    await node?.stop();
    await this.upkeep;
    await this.proxy.close();
    rmSync(this.clockFolder, { recursive: true, force: true });
  }

  /** At once, when we are interrupted. Resolves when no process is left, also none that was starting. */
  async kill(): Promise<void> {
    this.isOver = true;
    this.node?.kill('SIGCONT');
    this.node?.kill('SIGKILL');
    await this.upkeep;
  }

  private target(): { host: string; port: number } | undefined {
    const url = this.directUrl;
    return url === undefined ? undefined : { host: '127.0.0.1', port: Number(new URL(url).port) };
  }

  private async keepUp(): Promise<void> {
    while (!this.isOver) {
      const node = await this.launched();
      if (!node) {
        await sleep(RETRY_MS);
        continue;
      }
      this.node = node;
      // The run ended while this node started.
      if (this.isStopping()) {
        this.doomed = node;
        node.kill('SIGKILL');
      }
      await node.exited;
      for (const [event, count] of node.complaints) this.complaints.set(event, (this.complaints.get(event) ?? 0) + count);
      if (this.doomed !== node) this.deaths.push(`${this.name} ended by itself: ${node.lastWords.slice(-1500)}`);
      while (performance.now() < this.downUntil && !this.isStopping()) await sleep(20);
    }
  }

  /** A start that meets a database that is away fails, and is tried again. */
  private launched(): Promise<NodeProcess | undefined> {
    const clock = { CHAOS_CLOCK_FILE: join(this.clockFolder, 'offset'), NODE_OPTIONS: `--import ${CLOCK}` };
    const { databaseUrl, logs, output } = this.settings;
    const env = { ...this.settings.env, ...clock, SUPERVISOR: this.isSupervised ? 'on' : 'off' };
    const onLine = (line: string) => {
      if (logs !== undefined) appendFileSync(join(logs, `${this.name}.log`), `${line}\n`);
    };
    const logFile = output === undefined ? undefined : join(output, `${this.name}.log`);
    return NodeProcess.start(databaseUrl, env, { onLine, logFile }).catch(() => undefined);
  }

  /** Read again after each wait. */
  private isStopping(): boolean {
    return this.isOver;
  }
}

/** The process's only child; undefined where it has none. */
function childOf(pid: number): number | undefined {
  const children = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return children === '' ? undefined : Number(children.split('\n', 1)[0]);
}

/** @returns false when there is no such process any more */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
