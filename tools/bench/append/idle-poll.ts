import { SystemClock } from '../../../src/platform/common/clock.js';
import { createLogger } from '../../../src/platform/logging/logger.js';
import { realtimeSettings } from '../../../src/platform/config/settings/realtime.settings.js';
import { Database } from '../../../src/platform/database/database.js';
import { EventLog } from '../../../src/events/log/event-log.js';
import { LogNotifier } from '../../../src/events/log/log-notifier.js';
import type { BenchDatabase } from './bench-database.js';
import { median, quantile } from './statistics.js';

export interface IdlePoll {
  readonly departments: number;
  readonly samples: number;
  readonly median_ms: number;
  readonly p99_ms: number;
}

const WARM_UP = 100;
const SAMPLES = 1000;

/** The query of a node every POLL_INTERVAL_MS while nothing happens: the heads of all departments that it follows. */
export async function measureIdlePoll(database: BenchDatabase, departments: number): Promise<IdlePoll> {
  await database.query(
    `INSERT INTO departments (id, name) SELECT 'idle-' || n, 'Idle' FROM generate_series(1, $1 - (SELECT count(*) FROM departments)) n`,
    [departments],
  );
  await database.query('VACUUM ANALYZE dept_stream');
  const ids = (await database.query<{ id: string }>('SELECT id FROM departments ORDER BY id LIMIT $1', [departments])).map((row) => row.id);
  const pools = new Database(database.url, await createLogger({ level: 'error', pretty: false }));
  const log = new EventLog(pools, new LogNotifier(), new SystemClock(), realtimeSettings.parse({}));
  try {
    const times: number[] = [];
    for (let n = -WARM_UP; n < SAMPLES; n++) {
      const started = performance.now();
      const heads = await log.heads(ids);
      if (n >= 0) times.push(performance.now() - started);
      if (heads.length !== departments) throw new Error(`${String(heads.length)} heads of ${String(departments)} departments`);
    }
    return { departments, samples: times.length, median_ms: median(times), p99_ms: quantile(times, 0.99) };
  } finally {
    await pools.onApplicationShutdown();
  }
}
