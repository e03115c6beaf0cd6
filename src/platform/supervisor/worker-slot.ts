import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/logger.js';
import { limitedStep } from '../../operations/shutdown/limited-step.js';
import { RestartPace } from './restart-pace.js';
import type { WorkerExit, WorkerProcess } from './worker-process.js';

/** A worker that takes no connections by then is given up. Migrations of a large database take their time. */
const START_MS = 600_000;

interface SlotOptions {
  readonly launch: () => WorkerProcess;
  /** Tells a worker to leave, and resolves when it is gone. */
  readonly dismiss: (worker: WorkerProcess) => Promise<void>;
  readonly logger: Logger;
}

/** The place of one worker: there is always one in it, or one on its way. */
export class WorkerSlot {
  private current: WorkerProcess | undefined;
  private readonly pace = new RestartPace();
  private readonly closing = new AbortController();
  private isChanging = false;

  constructor(private readonly options: SlotOptions) {}

  get worker(): WorkerProcess | undefined {
    return this.current;
  }

  /** The first worker. @returns undefined when it takes connections, else how it ended */
  async fill(worker: WorkerProcess): Promise<WorkerExit | undefined> {
    if (!(await worker.ready)) return worker.exited;
    this.settle(worker);
    return undefined;
  }

  /** A worker beside the first; one that does not come up is tried again. */
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
    if (this.isChanging || !old || this.closing.signal.aborted) return;
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
    if (worker !== this.current || worker.isLeaving || this.closing.signal.aborted) return;
    this.options.logger.error('worker.crashed', { worker: worker.pid, ...exit, up_ms: Math.round(worker.upMs) });
    // One that was to take its place anyway is on its way.
    if (!this.isChanging) void this.revive(worker.upMs);
  }

  private async revive(upMs: number): Promise<void> {
    this.isChanging = true;
    for (let up = upMs; !this.closing.signal.aborted; up = 0) {
      const delayMs = this.pace.delayAfter(up);
      this.options.logger.warn('worker.restarting', { delay_ms: delayMs });
      await sleep(delayMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
      const worker = await this.launch();
      if (!worker) continue;
      this.settle(worker);
      break;
    }
    this.isChanging = false;
  }

  /** @returns a worker that takes connections, or undefined */
  private async launch(): Promise<WorkerProcess | undefined> {
    if (this.closing.signal.aborted) return undefined;
    const worker = this.options.launch();
    const isDecided = await limitedStep(this.options.logger, 'worker.start', START_MS, () => worker.ready);
    if (isDecided && (await worker.ready)) return worker;
    worker.kill();
    return undefined;
  }
}
