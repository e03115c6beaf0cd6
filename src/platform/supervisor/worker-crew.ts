import type { Logger } from '../logging/logger.js';
import type { Config } from '../config/config.js';
import { maxHeapMb } from '../config/memory.js';
import type { Departure, DepartureReason } from '../../operations/shutdown/departure.js';
import { START_CUT_MS } from '../../startup/node-run.js';
import { limitedStep } from '../../operations/shutdown/limited-step.js';
import { BeatWatch } from './beat-watch.js';
import type { ListeningSocket } from './listening-socket.js';
import type { DatabaseUrls, FromWorker } from './messages.js';
import { WorkerProcess } from './worker-process.js';

/** For a worker that has not taken connections yet to give its start up. */
const STARTING_MS = START_CUT_MS + 2000;
/** What a worker needs beside its window: to flush closes, answer requests, and end its application. */
const BESIDE_WINDOW_MS = 25_000;

interface CrewOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly socket: ListeningSocket;
  readonly onAsk: (worker: WorkerProcess, departure: Departure, reason: DepartureReason) => void;
}

/** All workers that live, those that are leaving included: started, told of each other, sent away. */
export class WorkerCrew {
  private readonly workers = new Set<WorkerProcess>();
  private started = 0;
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

  /** The database answers: workers may go on. @param database how to reach the embedded one, asked for each worker anew */
  databaseIsThere(database: (() => DatabaseUrls) | 'given'): void {
    this.database = database;
    for (const worker of this.workers) this.brief(worker);
  }

  /** Tells a worker to leave, and resolves when it is gone; one that takes far too long is killed. */
  async dismiss(worker: WorkerProcess, departure: Departure): Promise<void> {
    const { SHUTDOWN_DRAIN_SEC, RESTART_DRAIN_SEC } = this.options.config.operations;
    const windowMs = (departure === 'restart' ? RESTART_DRAIN_SEC : SHUTDOWN_DRAIN_SEC) * 1000;
    worker.isLeaving = true;
    worker.send({ kind: 'leave', departure });
    const limitMs = worker.isReady ? windowMs + BESIDE_WINDOW_MS : STARTING_MS;
    if (await limitedStep(this.options.logger, 'worker.leave', limitMs, () => worker.exited)) return;
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
      ...(this.database !== 'given' && { database: this.database() }),
      ...(SERVER_ID !== undefined && worker.number > 1 && { serverId: `${SERVER_ID}:${String(worker.number)}` }),
    });
  }

  private take(message: FromWorker, from: WorkerProcess): void {
    if (message.kind === 'ready') this.introduce();
    else if (message.kind === 'ask') this.options.onAsk(from, message.departure, message.reason);
    else if (message.kind === 'news') for (const worker of this.workers) if (worker !== from) worker.send(message);
  }

  private introduce(): void {
    for (const worker of this.workers) worker.send({ kind: 'peers', count: this.workers.size - 1 });
  }
}
