import type { Account } from '../support/account.js';
import { EmbeddedPostgresError } from '../support/embedded-postgres-error.js';
import { endServer } from './end-server.js';
import { identify, isAlive, type ProcessIdentity, UNKNOWN_STAMP } from './process-identity.js';
import type { ServerLog } from '../support/server-log.js';
import type { StepLog } from '../support/step-log.js';
import { settlesWithin, until } from '../support/until.js';
import { launchWatched, type WatchedProgram } from './watched-program.js';

const LOST_WATCHDOG_POLL_MS = 500;
/** Between the server's end and the watchdog's report of it. */
const REPORT_TIMEOUT_MS = 5_000;

/** A program under its watchdog, initdb or the server: seen from its launch to its end. */
export class ServerProcess {
  /** Resolves when the program has ended, with how; never rejects. */
  readonly ended: Promise<string>;
  hasEnded = false;
  private stopping: Promise<void> | undefined;

  private constructor(
    private readonly program: WatchedProgram,
    private readonly identity: ProcessIdentity,
    private readonly log: StepLog,
  ) {
    this.ended = this.watch();
  }

  /** @throws EmbeddedPostgresError `START_FAILED` when it could not be launched at all */
  static async launch(
    file: string,
    args: readonly string[],
    account: Account | undefined,
    serverLog: ServerLog,
    log: StepLog,
  ): Promise<ServerProcess> {
    const program = await launchWatched(file, args, account, serverLog);
    const identity = (await identify(program.pid)) ?? { pid: program.pid, stamp: UNKNOWN_STAMP };
    return new ServerProcess(program, identity, log);
  }

  get pid(): number {
    return this.program.pid;
  }

  /**
   * Fast shutdown, then harder ones; at most 35 s. Resolves when the program is gone already. Idempotent.
   *
   * @throws EmbeddedPostgresError `STOP_FAILED` when it is still there
   */
  stop(): Promise<void> {
    return (this.stopping ??= this.end());
  }

  private async end(): Promise<void> {
    if (this.hasEnded) return;
    const how = await endServer(this.identity);
    if (how === undefined || !(await settlesWithin(this.ended, REPORT_TIMEOUT_MS))) {
      throw new EmbeddedPostgresError('STOP_FAILED', `The embedded PostgreSQL, process ${String(this.pid)}, does not end.`);
    }
    if (how !== 'SIGINT' && how !== 'gone') this.log('embedded_postgres.stopped_hard', { pid: this.pid, signal: how });
  }

  private async watch(): Promise<string> {
    const how = await this.watchdogsReport();
    this.hasEnded = true;
    this.program.lifeline.destroy();
    return how;
  }

  private async watchdogsReport(): Promise<string> {
    const { watchdog } = this.program;
    const exit = await new Promise<{ status: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      if (watchdog.exitCode !== null || watchdog.signalCode !== null) {
        resolve({ status: watchdog.exitCode, signal: watchdog.signalCode });
      } else
        watchdog.once('exit', (status, signal) => {
          resolve({ status, signal });
        });
    });
    if (exit.status !== null) {
      return exit.status > 128 ? `ended by signal ${String(exit.status - 128)}` : `exit status ${String(exit.status)}`;
    }
    // The shell was killed and the server was not: it is alive and well, and its guard is still there.
    this.log('embedded_postgres.watchdog_lost', { pid: this.pid, signal: exit.signal });
    await until(async () => !(await isAlive(this.identity)), Number.POSITIVE_INFINITY, LOST_WATCHDOG_POLL_MS);
    return 'ended after its watchdog had been killed';
  }
}
