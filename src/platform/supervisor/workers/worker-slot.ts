import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../logging/logger.js';
import { runWithTimeout } from '../../../operations/shutdown/run-with-timeout.js';
import { RestartBackoff } from './restart-backoff.js';
import type { WorkerExit, WorkerProcess } from './worker-process.js';

/** A worker that takes no connections by then is given up. Migrations of a large database take their time. */
const START_MS = 600_000;

interface SlotOptions {
  readonly launch: () => WorkerProcess;
  /** Dismisses a worker, and resolves when it is gone. */
  readonly dismiss: (worker: WorkerProcess) => Promise<void>;
  readonly logger: Logger;
}

/** The place of one worker: there is always one in it, or one on its way. */
export class WorkerSlot {
  private current: WorkerProcess | undefined;
  private readonly backoff = new RestartBackoff();
  private readonly closing = new AbortController();
  private isChanging = false;

  constructor(private readonly options: SlotOptions) {}

  private get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  get worker(): WorkerProcess | undefined {
    return this.current;
  }

  /**
   * The first worker. One that is killed before it takes connections is followed by another; one that ends by itself, or is given up, has said why.
   * @returns undefined when one takes connections, else how it ended
   */
  async fill(worker: WorkerProcess): Promise<WorkerExit | undefined> {
    for (let first = worker; ; first = this.options.launch()) {
      if (await first.ready) {
        this.settle(first);
        return undefined;
      }
      const exit = await first.exited;
      if (exit.signal === null || first.isGivenUp) return exit;
      this.crashed(first, exit);
      if (!(await this.pause(0))) return exit;
    }
  }

  /** Starts a further worker; one that does not come up is tried again. */
  async open(): Promise<void> {
    this.isChanging = true;
    const worker = await this.launch();
    this.isChanging = false;
    if (worker) this.settle(worker);
    else await this.revive(0);
  }

  /**
   * Another worker in the place of the one that is there, which leaves when the new one takes connections; with `drainFirst` before it is
   * started. Does nothing while the place is changing hands already.
   */
  async replace(drainFirst: boolean): Promise<void> {
    const old = this.current;
    if (this.isChanging || !old || this.isClosed) return;
    this.isChanging = true;
    this.options.logger.info('worker.replacing', { worker: old.pid, drain_first: drainFirst });
    if (drainFirst) await this.options.dismiss(old);
    const next = await this.launch();
    this.isChanging = false;
    if (next) {
      this.settle(next);
      if (!drainFirst) await this.options.dismiss(old);
    } else if (old.isGone) {
      await this.revive(0);
    } else {
      this.options.logger.error('worker.replacement_failed', { kept: old.pid });
    }
  }

  /** No worker is started any more. */
  close(): void {
    this.closing.abort();
  }

  private settle(worker: WorkerProcess): void {
    this.current = worker;
    void worker.exited.then((exit) => {
      this.ended(worker, exit);
    });
  }

  private ended(worker: WorkerProcess, exit: WorkerExit): void {
    if (worker !== this.current || worker.isLeaving || this.isClosed) return;
    this.crashed(worker, exit);
    // One that was to take its place anyway is on its way.
    if (!this.isChanging) void this.revive(worker.upMs);
  }

  private async revive(upMs: number): Promise<void> {
    this.isChanging = true;
    for (let up = upMs; !this.isClosed; up = 0) {
      await this.pause(up);
      const worker = await this.launch();
      if (!worker) continue;
      this.settle(worker);
      break;
    }
    this.isChanging = false;
  }

  private crashed(worker: WorkerProcess, exit: WorkerExit): void {
    this.options.logger.error('worker.crashed', { worker: worker.pid, ...exit, up_ms: Math.round(worker.upMs) });
  }

  /** Before another worker. @returns false, early, when the place is closed */
  private async pause(upMs: number): Promise<boolean> {
    const delayMs = this.backoff.delayAfter(upMs);
    this.options.logger.warn('worker.restarting', { delay_ms: delayMs });
    await sleep(delayMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    return !this.isClosed;
  }

  /** @returns a worker that takes connections, or undefined */
  private async launch(): Promise<WorkerProcess | undefined> {
    if (this.isClosed) return undefined;
    const worker = this.options.launch();
    const isDecided = await runWithTimeout(this.options.logger, 'worker.start', START_MS, () => worker.ready);
    if (isDecided && (await worker.ready)) return worker;
    worker.kill();
    return undefined;
  }
}
