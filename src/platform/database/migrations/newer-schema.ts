import type pg from 'pg';
import { StartRefused } from '../../common/start-refused.js';
import { packageVersion } from '../../system/package-version.js';
import type { MigrationHistory } from './migration-history.js';

/** A migration that the database has and this program does not bring. */
export interface UnknownMigration {
  readonly name: string;
  readonly isAdditive: boolean;
  readonly version: string | null;
}

/** @param known the migrations of the history that this program brings */
export async function unknownMigrations(
  client: pg.Client,
  { name: owner, table }: MigrationHistory,
  known: readonly string[],
): Promise<UnknownMigration[]> {
  if (!(await exists(client, table))) return [];
  const notes = (await exists(client, 'migration_notes'))
    ? 'LEFT JOIN migration_notes n ON n.name = $2 || m.name'
    : 'LEFT JOIN (SELECT false AS is_additive, NULL::text AS version) n ON $2::text IS NULL';
  const { rows } = await client.query<UnknownMigration>(
    `SELECT m.name, coalesce(n.is_additive, false) AS "isAdditive", n.version FROM ${table} m ${notes}
     WHERE NOT m.name = ANY ($1) ORDER BY m.id`,
    [known, owner === 'wardline' ? '' : `${owner}:`],
  );
  return rows;
}

/**
 * A database that a newer program has migrated is not for this one, unless everything that it does not know is marked as additive
 * (`-- additive` as the first line of the `.up.sql`): it would read and write by rules that have changed.
 * @param known the migrations of the history that this program brings, oldest first
 * @throws StartRefused with both versions
 */
export async function refuseNewerSchema(client: pg.Client, history: MigrationHistory, known: readonly string[]): Promise<void> {
  const foreign = (await unknownMigrations(client, history, known)).filter(({ isAdditive }) => !isAdditive);
  const last = foreign.at(-1);
  if (!last) return;
  const owner = history.name;
  const theirs = `${last.name}${owner === 'wardline' ? '' : ` of ${owner}`}${last.version === null ? '' : `, applied by Wardline ${last.version}`}`;
  const ours = `Wardline ${packageVersion()}, knows ${known.at(-1) ?? 'none'}`;
  throw new StartRefused([
    `the database is newer than this program: it has the migration ${theirs}; this program, ${ours}. ` +
      'Start the newer program, or restore a backup from before it',
  ]);
}

/** True when the database has the table. */
export async function exists(client: pg.Client, table: string): Promise<boolean> {
  const { rows } = await client.query<{ found: boolean }>("SELECT to_regclass('public.' || $1) IS NOT NULL AS found", [table]);
  return rows[0]?.found === true;
}
