import pg from 'pg';
import { eventually } from './eventually.js';
import type { TestWardline } from './wardline.js';

/** A transaction that a test holds open, and with it whatever waits for its locks. */
export class HeldTransaction {
  private isOver = false;

  private constructor(
    private readonly wardline: TestWardline,
    private readonly client: pg.Client,
  ) {}

  static async begin(wardline: TestWardline): Promise<HeldTransaction> {
    const client = new pg.Client({ connectionString: wardline.database.url });
    await client.connect();
    await client.query('BEGIN');
    return new HeldTransaction(wardline, client);
  }

  async query(sql: string, values: readonly unknown[] = []): Promise<void> {
    await this.client.query(sql, [...values]);
  }

  /** The number of other sessions that wait for a lock with such a statement. */
  async waiting(like = '%'): Promise<number> {
    const rows = await this.wardline.database.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE $1`,
      [like],
    );
    return rows.length;
  }

  async untilWaiting(like = '%', count = 1): Promise<void> {
    await eventually(async () => ((await this.waiting(like)) >= count ? true : undefined), `a wait of ${like}`);
  }

  /** Resolves when one of them waits for a lock, or `work` is done without a wait. */
  async untilWaitingOr(work: Promise<unknown>, like = '%'): Promise<void> {
    let isDone = false;
    const done = () => {
      isDone = true;
    };
    work.then(done, done);
    await eventually(async () => (isDone || (await this.waiting(like)) > 0 ? true : undefined), `the end or a wait of ${like}`);
  }

  /** A second time is nothing. */
  async commit(): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    await this.client.query('COMMIT');
    await this.client.end();
  }
}
