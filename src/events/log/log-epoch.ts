import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const read = statement(
  'read_epoch',
  `SELECT left(encode(sha256(convert_to(concat_ws('/', stored, (pg_control_system()).system_identifier,
     (pg_control_checkpoint()).timeline_id), 'UTF8')), 'hex'), 16) AS epoch
   FROM log_epoch`,
);

/**
 * Names the history that `seq` counts in. Another database, a restored one, a fail-over or `npm run epoch:renew` give
 * another name, and clients that hold the old one start from a snapshot.
 */
@Injectable()
export class LogEpoch {
  private value: string | undefined;

  constructor(private readonly database: Database) {}

  /** @throws Error before the first refresh */
  get current(): string {
    if (this.value === undefined) throw new Error('the epoch is read when the poller starts');
    return this.value;
  }

  /** Reads it again; true when it is another one than before. */
  async refresh(): Promise<boolean> {
    const rows = await this.database.query<{ epoch: string }>(read, [], 'poller');
    const before = this.value;
    this.value = rows[0]?.epoch;
    return before !== undefined && before !== this.value;
  }
}
