import 'reflect-metadata';
import { SessionEndings } from '../../identity/sessions/session-endings.js';
import type { Logger } from '../logging/logger.js';
import { type Config, readConfig } from '../config/config.js';
import { environment } from '../config/environment.js';
import { WakeUps } from '../../events/log/wake-ups.js';
import { givenServer, notOurs } from '../../startup/database-server.js';
import { listenHost } from '../../startup/listen-place.js';
import { NodeRun } from '../../startup/node-run.js';
import { processLogger } from '../../startup/process-logger.js';
import { startWardline } from '../../startup/wardline.js';
import type { ToWorker } from './messages.js';
import { NewsRelay } from './news-relay.js';
import type { SupervisorLink } from './supervisor-link.js';
import { HANG_DESCRIPTOR, LISTENING_DESCRIPTOR } from './worker-process.js';
import { watchLoop } from '../watchdog/watchdog.js';

type StartMessage = Extract<ToWorker, { kind: 'start' }>;

/** A worker's life: loads, waits for its supervisor's word, serves, and leaves when it is told to. */
export async function runWorker(link: SupervisorLink): Promise<void> {
  const config = readConfig(environment());
  const logger = (await processLogger(config.operations)).with({ worker: process.pid });
  const node = new NodeRun(logger);
  const relay = new NewsRelay(link);
  let started = false;
  link.listen(
    {
      start: (message) => {
        started = true;
        void serve(config, message, { link, node, relay, logger });
      },
      leave: ({ departure }) => {
        // Nothing has been begun that would have to be ended.
        if (!started) process.exit(0);
        node.leave(departure, departure === 'restart');
      },
      peers: ({ count }) => {
        relay.peers = count;
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
  relay: NewsRelay;
  logger: Logger;
}

async function serve(config: Config, { port, database, serverId }: StartMessage, { link, node, relay, logger }: Parts): Promise<void> {
  const named = serverId === undefined ? config : { ...config, cluster: { ...config.cluster, SERVER_ID: serverId } };
  const server = database ? notOurs(database) : givenServer(config.database);
  if (!server) throw new Error('the supervisor named no database');
  const wardline = await node.start((unwanted) =>
    startWardline({
      config: named,
      logger,
      place: { host: listenHost(config), port, fd: LISTENING_DESCRIPTOR },
      openServer: () => Promise.resolve(server),
      unwanted,
    }),
  );
  wardline.onAsk((departure, reason) => void link.send({ kind: 'ask', departure, reason }));
  // With Redis the cluster's bus does it.
  if (config.cluster.REDIS_URL === undefined) relay.connect(wardline.app.get(WakeUps), wardline.app.get(SessionEndings));
  const onBeat = () => void link.send({ kind: 'beat' });
  watchLoop({ logger, onBeat, endAfterSec: undefined, reportTo: HANG_DESCRIPTOR });
  await link.send({ kind: 'ready', url: wardline.url, rssBytes: process.memoryUsage.rss() });
}
