import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../logging/logger.js';
import type { Config } from '../config/config.js';
import type { Departure, DepartureReason } from '../../operations/shutdown/departure.js';
import { listenHost } from '../../startup/listen-place.js';
import { TOGETHER_MS } from '../../operations/shutdown/signals.js';
import { EmbeddedDatabase } from './embedded-database.js';
import { ListeningSocket } from './workers/listening-socket.js';
import { MemoryRestarts } from './memory-restarts.js';
import { WorkerPool } from './workers/worker-pool.js';
import type { WorkerProcess } from './workers/worker-process.js';
import { WorkerSlot } from './workers/worker-slot.js';

/** The first worker did not come up, and has said why. */
export class FirstWorkerFailed extends Error {
  override readonly name = 'FirstWorkerFailed';
  constructor(readonly exitCode: number) {
    super('the first worker did not come up');
  }
}

interface Place {
  readonly slot: WorkerSlot;
  readonly memory: MemoryRestarts;
}

/** Owns the port and the embedded database, and keeps WORKERS workers running on them. */
export class Supervisor {
  private readonly database: EmbeddedDatabase | undefined;
  private readonly places: Place[] = [];
  private socket: ListeningSocket | undefined;
  private workers: WorkerPool | undefined;
  private readonly stopping = new AbortController();
  /** One worker is replaced at a time: the others serve meanwhile. */
  private replacing: Promise<void> = Promise.resolve();

  /** @param onEnd nothing can go on, or an administrator wants the end */
  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly onEnd: (why: 'administrator' | 'database lost') => void,
  ) {
    if (config.database.DATABASE_URL !== undefined) return;
    this.database = new EmbeddedDatabase(config.database, logger, {
      onMoved: () => {
        this.replaceAll();
      },
      onLost: () => {
        this.onEnd('database lost');
      },
    });
  }

  /**
   * Resolves with where the first worker listens; the others come after it, so that what is made at the first start is made once.
   * @throws FirstWorkerFailed; Error when port or database cannot be had
   */
  async start(): Promise<string> {
    const { config, logger } = this;
    this.socket = await ListeningSocket.bind(listenHost(config), config.http.PORT);
    const workers = new WorkerPool({ config, logger, socket: this.socket, onAsk: (...ask) => this.asked(...ask) });
    this.workers = workers;
    const first = workers.launch();
    await this.database?.start();
    this.stopping.signal.throwIfAborted();
    workers.databaseIsThere(this.database ? () => (this.database as EmbeddedDatabase).urls : 'given');
    const slot = this.addPlace(workers);
    const failure = await slot.fill(first);
    if (failure) throw new FirstWorkerFailed(failure.code ?? 1);
    for (let number = 2; number <= config.operations.WORKERS; number++) void this.addPlace(workers).open();
    return slot.worker?.url ?? first.url;
  }

  /** A graceful restart of every worker, one after another. */
  replaceAll(): void {
    for (const { slot } of this.places) this.replaceInTurn(slot, slot.worker, false);
  }

  /** Workers leave in order, then the database stops. @throws EmbeddedPostgresError STOP_FAILED */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.database?.letGo();
    for (const { slot } of this.places) slot.close();
    this.socket?.close();
    await this.workers?.dismissAll();
    await this.database?.stop();
  }

  /** At once; the database's watchdog ends it when this process is gone. */
  kill(): void {
    this.workers?.killAll();
  }

  private addPlace(workers: WorkerPool): WorkerSlot {
    const slot = new WorkerSlot({
      launch: () => workers.launch(),
      dismiss: (worker) => workers.dismiss(worker, 'restart'),
      logger: this.logger,
    });
    this.places.push({ slot, memory: new MemoryRestarts() });
    return slot;
  }

  private replaceInTurn(slot: WorkerSlot, old: WorkerProcess | undefined, drainFirst: boolean): void {
    this.replacing = this.replacing.then(async () => {
      // The worker may have crashed while it waited for its turn, and another one is in its place.
      if (slot.worker === old) await slot.replace(drainFirst);
    });
  }

  private asked(worker: WorkerProcess, departure: Departure, reason: DepartureReason): void {
    if (departure === 'shutdown') {
      this.onEnd('administrator');
      return;
    }
    if (reason === 'signal') void this.replaceSignalled(worker);
    else this.replaceFor(worker, reason);
  }

  /** A worker that was signalled alone is replaced; the same signal may be on its way to this process, which then means the end of all. */
  private async replaceSignalled(worker: WorkerProcess): Promise<void> {
    await sleep(TOGETHER_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    if (this.stopping.signal.aborted) return;
    // One that has not taken connections yet has nobody to send on: its place is filled as after a crash.
    if (worker.isReady) this.replaceFor(worker, 'signal');
    else worker.kill();
  }

  private replaceFor(worker: WorkerProcess, reason: DepartureReason): void {
    const place = this.places.find(({ slot }) => slot.worker === worker);
    if (!place) return; // it is leaving already
    const decision = reason === 'memory' ? place.memory.decide(worker.freshRss) : 'new worker first';
    this.logger.warn('worker.restart_asked', { worker: worker.pid, reason, decision });
    if (decision !== 'not now') this.replaceInTurn(place.slot, worker, decision === 'drain first');
  }
}
