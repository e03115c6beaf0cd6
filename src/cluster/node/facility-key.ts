import { createHash } from 'node:crypto';
import type { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

const identify = statement(
  'identify_database',
  `SELECT (pg_control_system()).system_identifier::text || '/' || current_database() AS identity`,
);

/**
 * Names this installation in a Redis that others may use too: the same on every node of one database, also after a fail-over. The number of the
 * Redis database is part of it, because channels know no databases.
 */
export async function facilityKey(database: Database, redisUrl: string): Promise<string> {
  const rows = await database.query<{ identity: string }>(identify);
  const identity = `${rows[0]?.identity ?? ''}${new URL(redisUrl).pathname}`;
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}
