import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createTestDatabase, type TestDatabase } from './database.js';
import { freePort } from './free-port.js';
import { type Program, run } from './process.js';
import { type FirstRun, TEST_SECRET } from '../wardline.js';
import { PATIENCE_MS } from '../eventually.js';

/** One node as a process of its own, on the same port each time it is started. */
export class ProxiedNode {
  private program: Program | undefined;

  constructor(
    readonly id: string,
    readonly port: number,
    readonly dataDir: string,
    private readonly env: Record<string, string>,
  ) {}

  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  get isRunning(): boolean {
    return this.program !== undefined && this.program.child.exitCode === null && this.program.child.signalCode === null;
  }

  /** Resolves when it is ready for traffic. */
  async start(): Promise<void> {
    this.program = run('src/main.js', { ...this.env, SERVER_ID: this.id, PORT: String(this.port), DATA_DIR: this.dataDir });
    await this.program.event('wardline.ready');
    const giveUpAt = performance.now() + PATIENCE_MS;
    while ((await this.readiness()) !== 200) {
      if (performance.now() > giveUpAt) throw new Error(`${this.id} is not ready: ${this.program.stdout().slice(-2000)}`);
      await sleep(50);
    }
  }

  /** The status of `/readyz`; 0 without an answer. */
  readiness(): Promise<number> {
    return fetch(`http://${this.address}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
  }

  /** Resolves when the process is gone. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const pid = this.program?.child.pid;
    if (pid === undefined || !this.isRunning) return;
    process.kill(-pid, signal);
    await this.program?.exited;
  }
}

/** Two nodes of one hospital behind a load balancer that ends TLS: plain, and trusting 127.0.0.1. */
export interface TwoNodes {
  nodes: readonly [ProxiedNode, ProxiedNode];
  database: TestDatabase;
  firstRun: FirstRun;
  stop(): Promise<void>;
}

/**
 * Starts two nodes of one hospital.
 * @param env settings of both beside those
 */
export async function startTwoNodes(env: Record<string, string> = {}): Promise<TwoNodes> {
  const database = await createTestDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'wardline-proxied-'));
  const settings = {
    DATABASE_URL: database.url,
    SESSION_SECRETS: TEST_SECRET,
    HTTP_RATE_LIMIT: '0',
    HOST: '127.0.0.1',
    TRUSTED_PROXIES: '127.0.0.1',
    SEED_DEMO: 'true',
    SUPERVISOR: 'off',
    SHUTDOWN_DRAIN_SEC: '2',
    ...env,
  };
  const node = async (n: number) => new ProxiedNode(`node-${String(n)}`, await freePort(), join(folder, String(n)), settings);
  const nodes = [await node(1), await node(2)] as const;
  const stop = async () => {
    await Promise.all(nodes.map((one) => one.end('SIGTERM')));
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  };
  try {
    // The first one makes the hospital.
    for (const one of nodes) await one.start();
    const firstRun = JSON.parse(readFileSync(join(nodes[0].dataDir, 'first-run.json'), 'utf8')) as FirstRun;
    return { nodes, database, firstRun, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
