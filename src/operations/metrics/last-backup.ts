import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { scrapedGauge } from '../../platform/metrics/metric-providers.js';

const read = statement('read_last_backup', 'SELECT greatest(extract(epoch FROM taken_at), 0)::float8 AS seconds FROM last_backup');

/** The moment that the newest backup of this database holds, from the probes' pool. */
@Injectable()
export class LastBackup {
  constructor(private readonly database: Database) {}

  /** Unix seconds; 0 where there was no backup. */
  async takenAt(): Promise<number> {
    const [row] = await this.database.query<{ seconds: number }>(read, [], 'probes');
    return row?.seconds ?? 0;
  }
}

export const lastBackupMetric = scrapedGauge(
  {
    name: 'wardline_last_backup_timestamp_seconds',
    help: 'The moment that the newest backup holds, in Unix seconds: of `wardline backup`, or as noted in `last_backup`. 0: there was none.',
  },
  LastBackup,
  async (gauge, backup) => {
    // A scrape must not fail with the database: the last value remains, and `wardline_database_up` shows the failure.
    const takenAt = await backup.takenAt().catch(() => undefined);
    if (takenAt !== undefined) gauge.set(takenAt);
  },
);
