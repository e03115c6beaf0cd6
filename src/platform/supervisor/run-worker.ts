import 'reflect-metadata';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import { lineOutput } from '../logging/line-output.js';
import type { Logger } from '../logging/logger.js';
import { type Program, readProgram } from '../../program/load-hospital.js';
import { LogNotifier } from '../../events/log/log-notifier.js';
import { givenServer, notOurs } from '../../startup/database-server.js';
import { listenHost } from '../../startup/listen-place.js';
import { NodeRun } from '../../startup/node-run.js';
import { processLogger } from '../../startup/process-logger.js';
import { startWardline } from '../../startup/wardline.js';
import type { ToWorker } from './link/messages.js';
import { WorkerHints } from './link/worker-hints.js';
import type { SupervisorLink } from './link/supervisor-link.js';
import { HANG_DESCRIPTOR, LISTENING_DESCRIPTOR } from './workers/worker-process.js';
import { untilDatabaseReturns } from '../database/returning-database.js';
import { type LoopWatch, watchLoop } from '../watchdog/loop-watchdog.js';

type StartMessage = Extract<ToWorker, { kind: 'start' }>;

/**
 * A worker's life: it loads, waits for its supervisor's word, serves, and leaves on request.
 * @param hospital the file of its own program
 */
export async function runWorker(link: SupervisorLink, hospital: URL | undefined): Promise<void> {
  const program = await readProgram(hospital);
  const { operations } = program.config;
  const logger = (await processLogger(operations)).with({ worker: process.pid });
  const onBeat = () => void link.send({ kind: 'beat' });
  const watch = watchLoop({ logger, onBeat, stuckSec: operations.WORKER_STUCK_SEC, endsProcess: false, reportTo: HANG_DESCRIPTOR });
  const node = new NodeRun(logger);
  const relay = new WorkerHints(link);
  let started = false;
  link.listen(
    {
      start: (message) => {
        started = true;
        void serve(program, message, { link, node, relay, logger, watch });
      },
      leave: ({ departure }) => {
        // Nothing has been begun that would have to be ended.
        if (!started) process.exit(0);
        node.leave(departure, departure === 'restart');
      },
      peers: ({ count }) => {
        relay.peers = count;
      },
      lines_lost: ({ lines }) => {
        lineOutput(1).lostBySupervisor = lines;
      },
      news: ({ news }) => {
        relay.take(news);
      },
    },
    () => {
      logger.error('supervisor.gone');
      // Another supervisor may be about to take the port: this one has not used it yet, or lets go of it first.
      if (!node.isUp) process.exit(1);
      node.leave('shutdown', true);
    },
  );
}

interface Parts {
  link: SupervisorLink;
  node: NodeRun;
  relay: WorkerHints;
  logger: Logger;
  watch: LoopWatch;
}

async function serve(
  { config, hospital }: Program,
  { port, isSuccessor, database, serverId }: StartMessage,
  { link, node, relay, logger, watch }: Parts,
): Promise<void> {
  const named = serverId === undefined ? config : { ...config, cluster: { ...config.cluster, SERVER_ID: serverId } };
  const server = database ? notOurs(database) : givenServer(config.database);
  if (!server) throw new Error('the supervisor named no database');
  watch.noteIn(server.applicationUrl);
  const wardline = await node.start(async (unwanted) => {
    if (isSuccessor) await untilDatabaseReturns(server.ownerUrl, logger, unwanted);
    return startWardline({
      config: named,
      hospital,
      logger,
      place: { host: listenHost(config), port, fd: LISTENING_DESCRIPTOR },
      openServer: () => Promise.resolve(server),
      unwanted,
    });
  });
  wardline.onAsk((departure, reason) => void link.send({ kind: 'ask', departure, reason }));
  // With Redis the cluster's bus does it.
  if (config.cluster.REDIS_URL === undefined) relay.connect(wardline.app.get(LogNotifier), wardline.app.get(SessionEndings));
  watch.up();
  await link.send({ kind: 'ready', url: wardline.url, rssBytes: process.memoryUsage.rss() });
}
