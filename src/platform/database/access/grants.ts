import { openConnection } from '../bounded-client.js';
import { connectionOptions } from '../connection-options.js';

/** Written through their functions only; the application may read them. */
const READ_ONLY = [
  'migrations',
  'migration_notes',
  'events',
  'dept_stream',
  'audit',
  'audit_head',
  'clock_skew',
  'log_epoch',
  'retention_floor',
  'last_backup',
  'roles',
];

/** The histories of hospitals' own programs. */
const OWN_HISTORIES = `SELECT tablename AS "table" FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'migrations\\_%'`;

function roleOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}

/**
 * Gives the application's role what it needs and no more. Nothing to do when owner and application are one role.
 * Run after every migration, so that new tables are covered.
 */
export async function grantToApplication(ownerUrl: string, applicationUrl: string): Promise<void> {
  const role = roleOf(applicationUrl);
  if (role === '' || role === roleOf(ownerUrl)) return;
  const client = await openConnection(connectionOptions(ownerUrl, 'migration', 30_000));
  try {
    const grantee = client.escapeIdentifier(role);
    await client.query('BEGIN');
    await client.query(`GRANT USAGE ON SCHEMA public TO ${grantee}`);
    await client.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${grantee}`);
    await client.query(`GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${grantee}`);
    // A table that a later release brings: until its own start has granted, programs of this release write to it through triggers.
    await client.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${grantee}`);
    await client.query(`ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO ${grantee}`);
    await client.query(`REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${READ_ONLY.join(', ')} FROM ${grantee}`);
    const { rows } = await client.query<{ table: string }>(OWN_HISTORIES);
    for (const { table } of rows)
      await client.query(`REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ${client.escapeIdentifier(table)} FROM ${grantee}`);
    // A new department opens its stream by trigger, as the one who inserts it.
    await client.query(`GRANT INSERT (dept_id) ON dept_stream TO ${grantee}`);
    await client.query(`GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO ${grantee}`);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
