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
}

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
    readonly proxy: TcpProxy,
    private readonly settings: NodeSettings,
  ) {}

  static async open(name: string, settings: NodeSettings): Promise<NodeSlot> {
    let slot: NodeSlot | undefined = undefined as NodeSlot | undefined;
    const proxy = await TcpProxy.listen(() => slot?.target());
    slot = new NodeSlot(name, proxy, settings);
    slot.clockFolder = mkdtempSync(join(tmpdir(), 'wardline-chaos-clock-'));
    slot.upkeep = slot.keepUp();
    return slot;
  }

  /** Where clients go. */
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

  /** Stops it in the middle of whatever it does, as a host that is overloaded or moved; until the function that is returned is called. */
  freeze(): (() => void) | undefined {
    const { node } = this;
    if (node?.isRunning !== true) return undefined;
    node.kill('SIGSTOP');
    return () => {
      if (node.isRunning) node.kill('SIGCONT');
    };
  }

  /** Moves the process's own wall clock to so many seconds off. A new process starts with the right time. */
  moveClock(seconds: number): boolean {
    const { node } = this;
    if (node?.isRunning !== true) return false;
    writeFileSync(join(this.clockFolder, 'offset'), String(Math.round(seconds * 1000)));
    node.kill('SIGUSR2');
    return true;
  }

  /** What `/readyz` answers; 0 when nobody does. */
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

  /** At once, when we are interrupted. */
  kill(): void {
    this.isOver = true;
    this.node?.kill('SIGCONT');
    this.node?.kill('SIGKILL');
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
      await node.exited;
      for (const [event, count] of node.complaints) this.complaints.set(event, (this.complaints.get(event) ?? 0) + count);
      if (this.doomed !== node) this.deaths.push(`${this.name} ended by itself: ${node.lastWords.slice(-1500)}`);
      while (performance.now() < this.downUntil && !this.isStopping()) await sleep(20);
    }
  }

  /** A start that meets a database that is away fails, and is tried again. */
  private launched(): Promise<NodeProcess | undefined> {
    const env = { ...this.settings.env, CHAOS_CLOCK_FILE: join(this.clockFolder, 'offset'), NODE_OPTIONS: `--import ${CLOCK}` };
    const { databaseUrl, logs } = this.settings;
    const write = (line: string) => {
      if (logs !== undefined) appendFileSync(join(logs, `${this.name}.log`), `${line}\n`);
    };
    return NodeProcess.start(databaseUrl, env, write).catch(() => undefined);
  }

  /** Asked anew after each wait. */
  private isStopping(): boolean {
    return this.isOver;
  }
}
