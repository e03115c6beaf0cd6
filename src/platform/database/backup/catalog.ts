import type pg from 'pg';
import type { BackupSequence, BackupTable } from './backup-file.js';

/** Relations of an installation, also those of a hospital's own schemas; nothing of PostgreSQL's, and nothing of an extension's. */
const OURS = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')`;
const NAME = `format('%I.%I', n.nspname, c.relname)`;

/** A partition is a table; the table that it belongs to holds no rows. */
const TABLES = `SELECT ${NAME} AS name,
    ARRAY(SELECT quote_ident(a.attname) FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND ${OURS} ORDER BY name`;
const SEQUENCES = `SELECT ${NAME} AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'S' AND ${OURS} ORDER BY name`;
const RELATIONS = `SELECT ${NAME} AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND ${OURS} ORDER BY name LIMIT 1`;
/** Those that rows in any order would break: they are made again behind the rows, as they were. */
const CONSTRAINTS = `SELECT ${NAME} AS table, quote_ident(o.conname) AS name, pg_get_constraintdef(o.oid) AS definition
  FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE (o.contype = 'f' OR (o.contype = 'c' AND NOT o.convalidated)) AND o.conparentid = 0 AND ${OURS} ORDER BY 1, 2`;

/** A constraint that is taken away before the rows are loaded, and made again behind them. */
export interface LateConstraint {
  readonly table: string;
  readonly name: string;
  readonly definition: string;
}

/** The tables with rows of their own. Names are quoted, ready for a statement. */
export async function readTables(client: pg.Client): Promise<BackupTable[]> {
  return (await client.query<BackupTable & pg.QueryResultRow>(TABLES)).rows;
}

/** The sequences, and where each of them is. */
export async function readSequences(client: pg.Client): Promise<BackupSequence[]> {
  const { rows } = await client.query<{ name: string }>(SEQUENCES);
  const sequences: BackupSequence[] = [];
  for (const { name } of rows) {
    const at = await client.query<{ last_value: string; is_called: boolean }>(`SELECT last_value::text, is_called FROM ${name}`);
    sequences.push({ name, last_value: at.rows[0]?.last_value ?? '1', is_called: at.rows[0]?.is_called ?? false });
  }
  return sequences;
}

/** Something that is there already; undefined in an empty database. */
export async function firstRelation(client: pg.Client): Promise<string | undefined> {
  return (await client.query<{ name: string }>(RELATIONS)).rows[0]?.name;
}

export async function readLateConstraints(client: pg.Client): Promise<LateConstraint[]> {
  return (await client.query<LateConstraint & pg.QueryResultRow>(CONSTRAINTS)).rows;
}
