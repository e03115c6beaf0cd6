import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/platform/database/embedded/embedded-postgres.js';
import { migrateUp } from '../src/platform/database/migrations/migrations.js';
import { describeSchema } from '../src/platform/database/schema/describe-schema.js';
import { packageRoot } from '../src/platform/system/package-root.js';

/** Writes the schema and the routines that are in force, from a fresh database with every migration. */
const dataDir = mkdtempSync(join(tmpdir(), 'wardline-schema-'));
const server = await startEmbeddedPostgres({ dataDir, log: () => undefined });
try {
  const admin = new pg.Client({ connectionString: server.superuserUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE wardline_schema');
  await admin.end();
  const url = new URL(server.superuserUrl);
  url.pathname = '/wardline_schema';
  await migrateUp(url.toString());
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  const { schema, routines } = await describeSchema(client);
  await client.end();
  const folder = join(packageRoot(), 'src/platform/database');
  writeFileSync(join(folder, 'schema/schema.sql'), schema);
  mkdirSync(join(folder, 'routines'), { recursive: true });
  for (const file of readdirSync(join(folder, 'routines'))) rmSync(join(folder, 'routines', file));
  for (const [name, definition] of routines) writeFileSync(join(folder, 'routines', `${name}.sql`), definition);
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
