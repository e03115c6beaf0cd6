import { openConnection } from './bounded-client.js';
import { connectionOptions } from './connection-options.js';

/**
 * Rows that the application may purge are at least this old, whatever it asks for later. Only the owner can set it: another
 * role changes nothing.
 */
export async function setRetentionFloor(
  ownerUrl: string,
  { eventDays, auditDays }: { eventDays: number; auditDays: number },
): Promise<void> {
  const client = await openConnection(connectionOptions(ownerUrl, 'migration', 30_000));
  try {
    const { rows } = await client.query<{ may: boolean }>("SELECT has_table_privilege('retention_floor', 'UPDATE') AS may");
    if (rows[0]?.may !== true) return;
    await client.query('UPDATE retention_floor SET event_days = $1, audit_days = $2', [eventDays, auditDays]);
  } finally {
    await client.end();
  }
}
