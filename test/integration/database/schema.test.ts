import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { describeSchema, type SchemaFiles } from '../../../src/platform/database/schema/describe-schema.js';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { withDatabaseName } from '../../../src/testing/test-server.js';

const FOLDER = join(packageRoot(), 'src/platform/database');

let client: pg.Client;
let files: SchemaFiles;

beforeAll(async () => {
  client = new pg.Client({ connectionString: withDatabaseName(inject('adminUrl'), inject('emptyDatabase')) });
  await client.connect();
  files = await describeSchema(client);
});
afterAll(() => client.end());

const version = async () => Number((await client.query<{ v: string }>('SHOW server_version_num')).rows[0]?.v);

describe('the SQL that is in force', () => {
  it('is what routines/ holds: a function for a file', () => {
    expect(readdirSync(join(FOLDER, 'routines')).sort()).toEqual([...files.routines.keys()].map((name) => `${name}.sql`).sort());
    for (const [name, definition] of files.routines) {
      const file = readFileSync(join(FOLDER, 'routines', `${name}.sql`), 'utf8');
      expect(file, `${name}: run npm run schema`).toBe(definition);
    }
  });

  it('is what schema.sql holds', async ({ skip }) => {
    // Another major version writes constraints in other words.
    if ((await version()) < 180_000) skip();
    expect(files.schema, 'run npm run schema').toBe(readFileSync(join(FOLDER, 'schema/schema.sql'), 'utf8'));
  });
});

describe('every prepared statement of the source', () => {
  it('is one that the migrated database can prepare', async () => {
    const sources = readdirSync(join(packageRoot(), 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
      .filter((file) => /\bstatement\(/.test(readFileSync(join(packageRoot(), 'src', file), 'utf8')));
    // A registry of its own: other test files make statements on tables of theirs.
    vi.resetModules();
    const { allStatements } = await import('../../../src/platform/database/statement.js');
    for (const file of sources) await import(join(packageRoot(), 'src', file));
    // PREPARE takes no command of transactions or sessions.
    const statements = allStatements().filter(({ text }) => !/^(SAVEPOINT|ROLLBACK|RELEASE|SET) /.test(text));
    expect(statements.length).toBeGreaterThan(150);
    const failures: string[] = [];
    for (const [at, { name, text }] of statements.entries()) {
      try {
        await client.query(`PREPARE s${String(at)} AS ${text}`);
        await client.query(`DEALLOCATE s${String(at)}`);
      } catch (error) {
        failures.push(`${basename(name)}: ${(error as Error).message}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
