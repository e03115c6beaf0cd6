import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const read = statement(
  'read_epoch',
  `SELECT stored, left(encode(sha256(convert_to(concat_ws('/', stored, (pg_control_system()).system_identifier,
     (pg_control_checkpoint()).timeline_id), 'UTF8')), 'hex'), 16) AS epoch
   FROM log_epoch`,
);
const renew = statement('renew_epoch', 'SELECT renew_epoch($1)');

/**
 * Names the history that `seq` counts in. Another database, a restored one, a fail-over, a log that went back or `wardline epoch renew`
 * give another name, and clients that hold the old one start from a snapshot.
 */
@Injectable()
export class LogEpoch {
  private value: { stored: string; epoch: string } | undefined;

  constructor(private readonly database: Database) {}

  /** @throws Error before the first refresh */
  get current(): string {
    if (this.value === undefined) throw new Error('the epoch is read when the poller starts');
    return this.value.epoch;
  }

  /** Reads it again; true when it is another one than before. */
  async refresh(): Promise<boolean> {
    const rows = await this.database.query<{ stored: string; epoch: string }>(read, [], 'poller');
    const before = this.value;
    this.value = rows[0];
    return before !== undefined && before.epoch !== this.value?.epoch;
  }

  /** Draws a new one in place of the one last read, unless another node has done so. */
  async renew(): Promise<void> {
    await this.database.query(renew, [this.value?.stored], 'poller');
    await this.refresh();
  }
}
