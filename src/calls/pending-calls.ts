import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Gauge } from 'prom-client';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';

const count = statement('count_pending_calls', `SELECT count(*)::int AS count FROM calls WHERE state = 'pending'`);

/** `pending_calls_count`, counted when it is scraped, from the probes' pool. */
@Injectable()
export class PendingCalls implements OnModuleInit {
  constructor(
    private readonly database: Database,
    @InjectMetric('pending_calls_count') private readonly gauge: Gauge,
  ) {}

  onModuleInit(): void {
    const { gauge } = this;
    (gauge as Gauge & { collect: () => Promise<void> }).collect = async () => {
      // A scrape must not fail with the database: the last count stands, and `db_ok` tells.
      const [row] = await this.database.query<{ count: number }>(count, [], 'probes').catch(() => []);
      if (row) gauge.set(row.count);
    };
  }
}
