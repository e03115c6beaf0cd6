import { Injectable } from '@nestjs/common';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';
import { scrapedGauge } from '../../../platform/metrics/metric-providers.js';

const count = statement('count_pending_calls', `SELECT count(*)::int AS count FROM calls WHERE state = 'pending'`);

/** How many calls nobody has accepted, from the probes' pool. */
@Injectable()
export class PendingCalls {
  constructor(private readonly database: Database) {}

  async count(): Promise<number> {
    const [row] = await this.database.query<{ count: number }>(count, [], 'probes');
    return row?.count ?? 0;
  }
}

export const pendingCallsMetric = scrapedGauge(
  { name: 'pending_calls_count', help: 'Calls that nobody has accepted, in the whole installation.' },
  PendingCalls,
  async (gauge, calls) => {
    // A scrape must not fail with the database: the last count remains, and `wardline_database_up` shows the failure.
    const pending = await calls.count().catch(() => undefined);
    if (pending !== undefined) gauge.set(pending);
  },
);
