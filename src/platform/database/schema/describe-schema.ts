import type pg from 'pg';

const FUNCTIONS = `SELECT p.proname AS name, pg_get_functiondef(p.oid) AS definition
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prokind = 'f'
  ORDER BY p.proname, pg_get_function_identity_arguments(p.oid)`;
const COLUMNS = `SELECT c.relname AS "table", format('  %I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attidentity <> '' THEN ' GENERATED ' || CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END || ' AS IDENTITY'
         WHEN d.adbin IS NOT NULL THEN ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) ELSE '' END,
    CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END) AS line
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY c.relname, a.attname`;
const CONSTRAINTS = `SELECT c.relname AS "table", format('  CONSTRAINT %I %s', k.conname, pg_get_constraintdef(k.oid)) AS line
  FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND k.contype IN ('p', 'u', 'f', 'c', 'x') ORDER BY c.relname, k.contype, k.conname`;
const INDEXES = `SELECT i.indexdef AS definition FROM pg_indexes i WHERE i.schemaname = 'public'
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conname = i.indexname) ORDER BY i.tablename, i.indexname`;
const TRIGGERS = `SELECT pg_get_triggerdef(t.oid) AS definition FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public' AND NOT t.tgisinternal ORDER BY c.relname, t.tgname`;
const VIEWS = `SELECT viewname AS name, definition FROM pg_views WHERE schemaname = 'public' ORDER BY viewname`;

/** The schema that is in force, as files to read. A test holds them equal to the migrated database. */
export interface SchemaFiles {
  /** `schema.sql`: tables, indexes, triggers, views. */
  schema: string;
  /** `routines/<name>.sql`: the functions that are in force. */
  routines: Map<string, string>;
}

/** Reads a migrated database. Columns are in alphabetical order: the order in which migrations added them means nothing. */
export async function describeSchema(client: pg.ClientBase): Promise<SchemaFiles> {
  await client.query('SET search_path = public');
  const columns = await client.query<{ table: string; line: string }>(COLUMNS);
  const constraints = await client.query<{ table: string; line: string }>(CONSTRAINTS);
  const tables = [...new Set(columns.rows.map(({ table }) => table))].map((table) => {
    const lines = [...columns.rows, ...constraints.rows].filter((row) => row.table === table).map(({ line }) => line);
    return `CREATE TABLE ${table} (\n${lines.join(',\n')}\n);\n`;
  });
  const definitions = async (query: string) =>
    (await client.query<{ definition: string }>(query)).rows.map(({ definition }) => `${definition};\n`);
  const views = await client.query<{ name: string; definition: string }>(VIEWS);
  const routines = new Map<string, string>();
  for (const { name, definition } of (await client.query<{ name: string; definition: string }>(FUNCTIONS)).rows)
    routines.set(name, `${routines.get(name) ?? ''}${definition.trimEnd()};\n`);
  const head = '-- The schema that is in force. Written by `npm run schema` from the migrations; do not edit.\n\n';
  const parts = [
    tables.join('\n'),
    (await definitions(INDEXES)).join(''),
    (await definitions(TRIGGERS)).join(''),
    views.rows.map(({ name, definition }) => `CREATE VIEW ${name} AS\n${definition}\n`).join('\n'),
  ];
  return { schema: head + parts.filter((part) => part !== '').join('\n'), routines };
}
