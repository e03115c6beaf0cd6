import { lstat, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { findBinaries } from './binaries/binaries.js';
import { createCluster, hasCluster, removeUnfinished } from './storage/database-cluster.js';
import { EmbeddedPostgresError, messageOf } from './support/embedded-postgres-error.js';
import { type InstanceLock, acquireInstanceLock } from './storage/instance-lock.js';
import { type LaunchedServer, launchServer } from './server/launch-server.js';
import { loadOrMakePasswords } from './storage/database-passwords.js';
import { type Place, preparePlace } from './storage/place.js';
import { clearPreviousServer } from './server/previous-server.js';
import { ServerLog } from './support/server-log.js';
import { locateShippedBinaries } from './binaries/shipped-binaries.js';
import type { StepLog } from './support/step-log.js';

export interface EmbeddedPostgresOptions {
  /** Wardline's DATA_DIR, absolute or relative; made when missing. */
  dataDir: string;
  /** Called for each notable step: an event name and fields, never a secret. */
  log: StepLog;
  /** Called once if the server ends without {@link EmbeddedPostgres.stop} having been asked; says how, and the log's last lines. */
  onUnexpectedExit?: (reason: string) => void;
}

/** A running embedded server. All URLs are for node-postgres (`connectionString`) and for libpq's programs alike. */
export interface EmbeddedPostgres {
  /** Role `wardline_owner`, owner of the database `wardline`, no superuser: for the migrations. */
  readonly ownerUrl: string;
  /** Role `wardline_app`, which may connect to `wardline` and has no other right until a migration grants it. */
  readonly applicationUrl: string;
  /** The bootstrap superuser, in the database `postgres`: for tests that end backends or make databases. */
  readonly superuserUrl: string;
  /** The postmaster's pid. */
  readonly pid: number;
  /**
   * Fast shutdown: open transactions are rolled back, connections cut. Resolves when the server is gone, also when it
   * was gone already; idempotent; at most 35 s.
   *
   * @throws EmbeddedPostgresError `STOP_FAILED` when the server outlived even SIGKILL
   */
  stop(): Promise<void>;
}

/**
 * Starts Wardline's own PostgreSQL on the data under `DATA_DIR/postgres`; the first start makes them. The server ends with
 * this process, in whatever way that ends. A server that was left behind is ended and its data are taken over; a second
 * Wardline on the same data is refused. Acknowledged data are on disk.
 * @returns once every role has signed in: about 1 s the first time, 0.1 s later; longer after a crash
 * @throws EmbeddedPostgresError with one of the codes described there; nothing is left running then
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const startedMs = performance.now();
  const shipped = locateShippedBinaries();
  const place = await preparePlace(options.dataDir, log);
  const lock = await acquireInstanceLock(place.directory, place.dataDir, log);
  const serverLog = new ServerLog(place.directory);
  try {
    const binaries = await findBinaries(shipped, place.account, join(place.directory, 'binaries'), log);
    await clearPreviousServer(place, log);
    await serverLog.begin();

    const { passwords, made } = await loadOrMakePasswords(place.dataDir);
    if (made && place.newlyRelocated) await setAsideForgottenData(place, log);
    if (!(await hasCluster(place, binaries.majorVersion))) {
      await createCluster(place, binaries, passwords.superuser, serverLog, log);
    }
    const launched = await launchServer(place, binaries, passwords, serverLog, log);
    await removeUnfinished(place); // Late, so that an initdb which lost its Wardline has ended as well.
    const { server, endpoint } = launched;
    const as = place.account?.name;
    log('embedded_postgres.started', { pid: server.pid, via: endpoint.kind, as, ms: Math.round(performance.now() - startedMs) });
    return supervise(launched, lock, serverLog, options);
  } catch (error) {
    await lock.release();
    if (error instanceof EmbeddedPostgresError) throw error;
    const message = `The embedded PostgreSQL in ${place.directory} could not be started: ${messageOf(error)}`;
    throw new EmbeddedPostgresError('START_FAILED', message, { cause: error });
  }
}

/**
 * DATA_DIR was deleted, but its data elsewhere were not. The operator wants to begin from nothing, as with data inside it.
 * They may also be mistaken, so the data are kept.
 */
async function setAsideForgottenData({ dataDirectory }: Place, log: StepLog): Promise<void> {
  if (
    await lstat(dataDirectory).then(
      () => false,
      () => true,
    )
  )
    return;
  const keptAs = `${dataDirectory}.forgotten-${new Date().toISOString().replaceAll(':', '')}`;
  await rename(dataDirectory, keptAs);
  log('embedded_postgres.forgotten_data_set_aside', { keptAs });
}

function supervise(
  launched: LaunchedServer,
  lock: InstanceLock,
  serverLog: ServerLog,
  { log, onUnexpectedExit }: EmbeddedPostgresOptions,
): EmbeddedPostgres {
  const { server, ownerUrl, applicationUrl, superuserUrl } = launched;
  let stopping: Promise<void> | undefined;
  serverLog.keepBounded();

  const stop = async (): Promise<void> => {
    await server.stop();
    serverLog.close();
    await lock.release();
    log('embedded_postgres.stopped', { pid: server.pid });
  };
  const onEnd = async (how: string): Promise<void> => {
    if (stopping !== undefined) return;
    serverLog.close();
    await lock.release(); // Released before the call: the answer to it may be a new start.
    log('embedded_postgres.ended_unexpectedly', { pid: server.pid, how });
    onUnexpectedExit?.(`The embedded PostgreSQL, process ${String(server.pid)}, ${how}. Its log ends:\n${await serverLog.tail()}`);
  };
  void server.ended.then(onEnd);

  return { ownerUrl, applicationUrl, superuserUrl, pid: server.pid, stop: () => (stopping ??= stop()) };
}
