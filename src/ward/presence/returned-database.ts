import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { Logger } from '../../platform/logging/logger.js';
import { OutageWatch } from '../../platform/scheduling/outage-watch.js';
import { NodeRegistry } from './node-registry.js';

/** A shorter outage leaves the graces of people and stations as they are: a database that flaps must not hold them up for ever. */
const LONG_SEC = 5;

/**
 * No receipt could be recorded meanwhile. After a long outage, in which no other node has beaten either, the ward is watched anew from now on, as after
 * a start of all nodes.
 */
const comeBack = statement(
  'database_came_back',
  `UPDATE ward_watch SET receipts_since = app_now(), back_at = app_now(),
     ready_at = CASE WHEN $2::float8 >= ${String(LONG_SEC)} AND NOT EXISTS (
         SELECT FROM nodes WHERE server_id <> $1 AND heartbeat_at > statement_timestamp() - make_interval(secs => $2))
       THEN app_now() ELSE ready_at END`,
);

/** Settles an outage of the database under a living node: its people and stations were there all along. */
@Injectable()
export class ReturnedDatabase implements OnModuleInit {
  constructor(
    private readonly outage: OutageWatch,
    private readonly nodes: NodeRegistry,
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.outage.whenOver((awayMs) => this.settle(awayMs / 1000));
  }

  private async settle(awaySec: number): Promise<void> {
    await this.database.query(comeBack, [this.nodes.serverId, awaySec], 'presence');
    await this.nodes.beat();
    this.logger.warn('database.came_back', { away_sec: Math.round(awaySec) });
  }
}
