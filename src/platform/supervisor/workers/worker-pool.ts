import { lineOutput } from '../../logging/line-output.js';
import type { Logger } from '../../logging/logger.js';
import type { Config } from '../../config/config.js';
import { maxHeapMb } from '../../config/memory-limits.js';
import type { Departure, DepartureReason } from '../../../operations/shutdown/departure.js';
import { START_CUT_MS } from '../../../startup/node-run.js';
import { runWithTimeout } from '../../../operations/shutdown/run-with-timeout.js';
import { BeatWatch } from './beat-watch.js';
import type { ListeningSocket } from './listening-socket.js';
import type { DatabaseUrls, FromWorker } from '../link/messages.js';
import { WorkerProcess } from './worker-process.js';

/** For a worker that has not taken connections yet to give its start up. */
const STARTING_MS = START_CUT_MS + 2000;
/** A worker's time besides its window: it flushes closes, answers requests, and ends its application. */
const BESIDE_WINDOW_MS = 25_000;

interface CrewOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly socket: ListeningSocket;
  readonly onAsk: (worker: WorkerProcess, departure: Departure, reason: DepartureReason) => void;
}

/** All living workers, those that leave included: the pool starts them, introduces them to each other, and dismisses them. */
export class WorkerPool {
  private readonly workers = new Set<WorkerProcess>();
  private started = 0;
  /** A worker has taken connections. */
  private hasServed = false;
  private database: (() => DatabaseUrls) | 'given' | undefined;

  private readonly beats: BeatWatch;

  constructor(private readonly options: CrewOptions) {
    this.beats = new BeatWatch(this.workers, options.config.operations.WORKER_STUCK_SEC, options.logger);
    this.beats.start();
  }

  /** Starts a worker. It loads meanwhile, and goes on once the database is there. */
  launch(): WorkerProcess {
    this.started += 1;
    const worker = new WorkerProcess({
      number: this.started,
      descriptor: this.options.socket.descriptor,
      maxHeapMb: maxHeapMb(this.options.config.operations),
      onMessage: (message, from) => {
        this.take(message, from);
      },
    });
    this.workers.add(worker);
    void worker.exited.then(() => {
      this.workers.delete(worker);
      this.introduce();
    });
    this.brief(worker);
    return worker;
  }

  /**
   * The database answers: workers may go on.
   * @param database how to reach the embedded one, asked for each worker anew
   */
  databaseIsThere(database: (() => DatabaseUrls) | 'given'): void {
    this.database = database;
    for (const worker of this.workers) this.brief(worker);
  }

  /** Dismisses a worker, and resolves when it is gone. A worker that takes far too long is killed. */
  async dismiss(worker: WorkerProcess, departure: Departure): Promise<void> {
    const { SHUTDOWN_DRAIN_SEC, RESTART_DRAIN_SEC } = this.options.config.operations;
    const windowMs = (departure === 'restart' ? RESTART_DRAIN_SEC : SHUTDOWN_DRAIN_SEC) * 1000;
    worker.isLeaving = true;
    worker.send({ kind: 'leave', departure });
    const limitMs = worker.isReady ? windowMs + BESIDE_WINDOW_MS : STARTING_MS;
    if (await runWithTimeout(this.options.logger, 'worker.leave', limitMs, () => worker.exited)) return;
    worker.kill();
    await worker.exited;
  }

  async dismissAll(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => this.dismiss(worker, 'shutdown')));
    this.beats.stop();
  }

  killAll(): void {
    for (const worker of this.workers) worker.kill();
  }

  /** Each worker is a node of its own: a name that is given goes to the first, and the others are numbered. */
  private brief(worker: WorkerProcess): void {
    if (this.database === undefined) return;
    const { SERVER_ID } = this.options.config.cluster;
    worker.send({
      kind: 'start',
      port: this.options.socket.port,
      isSuccessor: this.hasServed,
      ...(this.database !== 'given' && { database: this.database() }),
      ...(SERVER_ID !== undefined && worker.number > 1 && { serverId: `${SERVER_ID}:${String(worker.number)}` }),
    });
  }

  private take(message: FromWorker, from: WorkerProcess): void {
    if (message.kind === 'beat') this.countLostLines(from);
    else if (message.kind === 'ready') {
      this.hasServed = true;
      this.introduce();
    } else if (message.kind === 'ask') this.options.onAsk(from, message.departure, message.reason);
    else for (const worker of this.workers) if (worker !== from) worker.send(message);
  }

  /** A worker's metrics count the supervisor's lines, too. */
  private countLostLines(worker: WorkerProcess): void {
    const { lost } = lineOutput(1);
    if (lost === worker.knownLostLines) return;
    worker.knownLostLines = lost;
    worker.send({ kind: 'lines_lost', lines: lost });
  }

  private introduce(): void {
    for (const worker of this.workers) worker.send({ kind: 'peers', count: this.workers.size - 1 });
  }
}
