import { Inject, Injectable } from '@nestjs/common';
import { Logger } from '../../platform/logging/logger.js';
import { Database, DATABASE_URL } from '../../platform/database/database.js';
import { KeptConnection } from '../../platform/database/notify/kept-connection.js';
import { statement } from '../../platform/database/statement.js';
import { Transactions } from '../../platform/database/transactions.js';
import { SERVER_ID } from '../../cluster/node/server-id.js';
import { BEGIN_ABSENCES_OF_NODE, lockAllConnections } from './dead-nodes.js';

/**
 * A row that is there is of a process that had this name and ended without a word, not long enough ago to be taken for dead: its people count as gone
 * since its last heartbeat, as with any dead node.
 */
const forgetFormer = statement(
  'forget_former_node',
  `WITH absent AS (${BEGIN_ABSENCES_OF_NODE}) DELETE FROM staff_connections WHERE server_id = $1`,
);
const isNameHeld = statement('is_node_name_held', 'SELECT node_is_held($1) AS held');
const LOCK_PING_MS = 5000;

const HOLD = "SELECT pg_advisory_lock_shared(hashtext('wardline node'), hashtext($1))";

/** The name under which this node's people are written down. */
@Injectable()
export class NodeName {
  /** Holds the node's lock, which lives and dies with it, and so with the process: a node that starts sees at once whether anybody is left. */
  private readonly holder: KeptConnection;

  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly logger: Logger,
    @Inject(SERVER_ID) private readonly serverId: string,
    @Inject(DATABASE_URL) url: string,
  ) {
    this.holder = new KeptConnection({
      url,
      name: 'node',
      logger,
      prepare: async (client) => {
        await client.query(HOLD, [serverId]);
      },
      ping: () => 'SELECT 1',
      pingMs: LOCK_PING_MS,
    });
  }

  /** Two that live under one name take each other's people for theirs; the second one at least leaves the first one's alone, and says so. */
  async take(): Promise<void> {
    const [name] = await this.database.query<{ held: boolean }>(isNameHeld, [this.serverId], 'presence');
    if (name?.held) this.logger.error('node.name_in_use', { server_id: this.serverId });
    else await this.forgetFormer();
  }

  /** Until {@link release}, or the end of the process. */
  async hold(): Promise<void> {
    await this.holder.open();
  }

  async release(): Promise<void> {
    await this.holder.close();
  }

  private async forgetFormer(): Promise<void> {
    await this.transactions.run(async (tx) => {
      await tx.query(lockAllConnections);
      await tx.query(forgetFormer, [this.serverId]);
    }, 'presence');
  }
}
