import { type ChildProcess, fork } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { FromWorker, ToWorker } from '../link/messages.js';
import { WORKER_PRELOAD } from '../link/worker-link.js';

/** The listening socket's descriptor in the worker, after standard input, output and error, and the channel to the supervisor. */
export const LISTENING_DESCRIPTOR = 4;
/** The worker's watchdog writes here the extension in which the event loop hangs: a hanging loop cannot send messages. */
export const HANG_DESCRIPTOR = 5;
/** One line of it is far below. */
const MAX_HANG_CHARACTERS = 4096;

interface WorkerOptions {
  /** Counts the workers of this supervisor, from 1. */
  readonly number: number;
  /** The descriptor of the listening socket. */
  readonly descriptor: number;
  /** For V8, in MB. */
  readonly maxHeapMb: number;
  readonly onMessage: (message: FromWorker, from: WorkerProcess) => void;
}

export interface WorkerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One worker, seen from the supervisor. */
export class WorkerProcess {
  readonly number: number;
  /** Resolves with true when it takes connections, with false when it ended before. */
  readonly ready: Promise<boolean>;
  /** Resolves when it is gone; never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** The address that it serves, once it is ready. */
  url = '';
  /** Bytes, when it was ready. */
  freshRss = 0;
  isLeaving = false;
  isGone = false;
  isGivenUp = false;
  /** The supervisor's lost log lines, as this worker knows them. */
  knownLostLines = 0;
  private readyAt: number | undefined;
  private missedBeats = 0;
  private hangReport = '';
  private readonly child: ChildProcess;

  constructor({ number, descriptor, maxHeapMb, onMessage }: WorkerOptions) {
    this.number = number;
    const [, program = '', ...args] = process.argv;
    // The program that the supervisor is: it finds that it is a worker.
    this.child = fork(program, args, {
      execArgv: [...process.execArgv, `--max-old-space-size=${String(maxHeapMb)}`, '--import', WORKER_PRELOAD],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', descriptor, 'pipe'],
    });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
      this.child.on('error', () => {
        // Not even started: there is no exit then. Any other error is a message or a signal that came too late.
        if (this.child.pid === undefined) resolve({ code: 1, signal: null });
      });
    });
    const hangs = (this.child.stdio as readonly unknown[])[HANG_DESCRIPTOR] as Readable | null | undefined;
    hangs
      ?.on('error', () => undefined)
      .on('data', (chunk: Buffer) => {
        this.hangReport = (this.hangReport + chunk.toString()).slice(-MAX_HANG_CHARACTERS);
      });
    this.ready = new Promise((resolve) => {
      this.child.on('message', (message: FromWorker) => {
        this.missedBeats = 0;
        if (message.kind === 'ready') {
          this.url = message.url;
          this.freshRss = message.rssBytes;
          this.readyAt = performance.now();
          resolve(true);
        }
        onMessage(message, this);
      });
      void this.exited.then(() => {
        this.isGone = true;
        resolve(false);
      });
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  get isReady(): boolean {
    return this.readyAt !== undefined;
  }

  /** Milliseconds since it was ready; 0 before. */
  get upMs(): number {
    return this.readyAt === undefined ? 0 : performance.now() - this.readyAt;
  }

  /** Once a second. @returns how many beats in a row are missing */
  missBeat(): number {
    return this.isGone ? 0 : ++this.missedBeats;
  }

  /** The extension points that it was in when its event loop stopped, the latest first. */
  get hangsIn(): string | undefined {
    const last = this.hangReport.split('\n').at(-2);
    return last === undefined ? undefined : (JSON.parse(last) as { extension?: string }).extension;
  }

  /** One that has just ended takes no messages any more, and needs none. */
  send(message: ToWorker): void {
    if (this.child.connected) this.child.send(message, () => undefined);
  }

  /** Ends one whose start stands still, and has been reported: another would stand still as well. */
  giveUp(): void {
    this.isGivenUp = true;
    this.kill();
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}
