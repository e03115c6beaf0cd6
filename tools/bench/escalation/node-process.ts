import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { FileTail } from './file-tail.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';

const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 15_000;
/** Kept for the report when a node ends without being asked to. */
const MAX_OUTPUT = 4000;
/** The event of a log line; below `warn` there are none. */
const EVENT = /^\{.*"event":"([\w.]+)"/;
const LISTENING = /listening on (http\S+)/;

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Destinations of a node's lines. */
export interface NodeOutput {
  /** Given each line. */
  readonly onLine?: (line: string) => void;
  /** Standard output, instead of a pipe to us. */
  readonly logFile?: string | undefined;
}

/** One Wardline as a process of its own, as it runs in a hospital: `node dist/src/main.js` against a PostgreSQL. */
export class NodeProcess {
  /** Resolves when the process is gone; never rejects. */
  readonly exited: Promise<Exit>;
  /** Its warnings and errors, by event. */
  readonly complaints = new Map<string, number>();
  private output = '';
  private address = '';
  private isOver = false;

  private constructor(
    private readonly child: ChildProcess,
    dataDir: string,
    { onLine, logFile }: NodeOutput,
  ) {
    const read = (line: string) => {
      onLine?.(line);
      this.output = `${this.output}${line}\n`.slice(-MAX_OUTPUT);
      const event = EVENT.exec(line)?.[1];
      if (event !== undefined) this.complaints.set(event, (this.complaints.get(event) ?? 0) + 1);
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', read);
    const tail = logFile === undefined ? undefined : new FileTail(logFile, read);
    this.exited = once(child, 'close').then(([code, signal]) => {
      this.isOver = true;
      tail?.close();
      rmSync(dataDir, { recursive: true, force: true });
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
  }

  /**
   * Starts a node.
   * @param env settings beside those that every node of a bench has
   */
  static async start(databaseUrl: string, env: Readonly<Record<string, string>> = {}, output: NodeOutput = {}): Promise<NodeProcess> {
    const log = output.logFile === undefined ? 'pipe' : openSync(output.logFile, 'a');
    const dataDir = mkdtempSync(join(tmpdir(), 'wardline-bench-node-'));
    const child = spawn(process.execPath, [join(packageRoot(), 'dist', 'src', 'main.js')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        REQUIRE_WSS: 'false',
        HOST: '127.0.0.1',
        PORT: '0',
        SUPERVISOR: 'off',
        LOG_LEVEL: 'warn',
        LOG_FORMAT: 'json',
        SESSION_SECRETS: 'the-secret-of-all-nodes-of-this-bench-run',
        ...env,
      },
      stdio: ['ignore', log, 'pipe'],
    });
    if (log !== 'pipe') closeSync(log);
    const node = new NodeProcess(child, dataDir, output);
    try {
      await node.listening();
    } catch (error) {
      node.kill('SIGKILL');
      throw error;
    }
    return node;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** The address that it listens on. */
  get url(): string {
    return this.address;
  }

  get isRunning(): boolean {
    return !this.isOver && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The last it said. */
  get lastWords(): string {
    return this.output;
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Stops it in order; one that does not stop is killed. */
  async stop(): Promise<void> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.kill('SIGKILL');
    }, STOP_TIMEOUT_MS);
    await this.exited;
    clearTimeout(timer);
  }

  private async listening(): Promise<void> {
    const giveUpAt = performance.now() + START_TIMEOUT_MS;
    while (this.address === '') {
      if (this.isOver) throw new Error(`a node ended at its start: ${this.output}`);
      if (performance.now() > giveUpAt) throw new Error(`a node was not up after ${String(START_TIMEOUT_MS)} ms: ${this.output}`);
      this.address = LISTENING.exec(this.output)?.[1] ?? '';
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
