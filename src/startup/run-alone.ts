import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import type { Logger } from '../platform/logging/logger.js';
import type { Config } from '../platform/config/config.js';
import { readProgram } from '../program/load-hospital.js';
import { isRunByNpm } from '../platform/config/environment.js';
import { maxHeapMb } from '../platform/config/memory-limits.js';
import { uptimeMs } from '../platform/system/uptime.js';
import { watchLoop } from '../platform/watchdog/loop-watchdog.js';
import { embeddedServer, givenServer } from './database-server.js';
import { greet } from './greeting.js';
import { listenHost } from './listen-place.js';
import { NodeRun } from './node-run.js';
import { onSignals } from '../operations/shutdown/signals.js';

/**
 * SUPERVISOR=off: this process is the node, and whoever started it starts another when it ends.
 * @param file of the hospital's own program
 */
export async function runAlone(file: URL | undefined, operations: Config['operations'], logger: Logger): Promise<void> {
  const watch = watchLoop({
    logger,
    loading: file && fileURLToPath(file),
    stuckSec: operations.WORKER_STUCK_SEC,
    endsProcess: true,
    reportTo: undefined,
  });
  const { config, hospital } = await readProgram(file);
  watch.loaded();
  warnOfHeapLimit(config, logger);
  const node = new NodeRun(logger);
  onSignals({
    stop: () => {
      node.leave('shutdown', false);
    },
    endsWithParent: isRunByNpm(),
  });
  const onDatabaseLost = (reason: string) => {
    logger.error('database.lost', { reason });
    node.databaseLost();
  };
  const place = { host: listenHost(config), port: config.http.PORT };
  const openServer = async () => {
    const server = await (givenServer(config.database) ?? embeddedServer(config.database, logger, onDatabaseLost));
    watch.noteIn(server.applicationUrl);
    return server;
  };
  const wardline = await node.start(async (unwanted) => {
    // Only now, so that signals are heard while it loads: for process 1 of a container they would be lost.
    const { startWardline } = await import('./wardline.js');
    return startWardline({ config, hospital, logger, place, openServer, unwanted });
  });
  watch.up();
  wardline.onAsk((departure) => {
    node.leave(departure, false);
  });
  logger.info('wardline.ready', { url: wardline.url, uptime_ms: uptimeMs() });
  greet(wardline.url, config.database);
}

/** V8's limit cannot be changed once it runs, and Node's own default is a fraction of the memory. */
function warnOfHeapLimit({ operations }: Config, logger: Logger): void {
  const wantedMb = maxHeapMb(operations);
  const limitMb = Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
  if (limitMb < wantedMb * 0.95)
    logger.warn('memory.heap_limit', { limit_mb: limitMb, start_node_with: `--max-old-space-size=${String(wantedMb)}` });
}
