import 'reflect-metadata';
import type { DataSource, EntityMetadata } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId } from '../../../src/platform/common/values/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { openDirectory, sampleRows } from '../../support/checks/directory.js';

/** TypeORM's own: it keeps the names of the migrations that have run. */
const NOT_MAPPED = ['migrations'];

interface Column {
  name: string;
  type: string;
  isNullable: boolean;
  isKey: boolean;
}

const COLUMNS = `SELECT c.relname AS "table", a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS "isNullable",
    EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p' AND a.attnum = ANY(k.conkey)) AS "isKey"
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')`;

let database: TestDatabase;
let source: DataSource;
let tables: Map<string, Column[]>;

beforeAll(async () => {
  database = await createTestDatabase();
  source = await openDirectory(database.url);
  const rows = await database.query<Column & { table: string }>(COLUMNS);
  tables = new Map(rows.map(({ table }) => [table, rows.filter((row) => row.table === table)]));
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

const inOrder = (columns: readonly Column[]) => [...columns].sort((a, b) => a.name.localeCompare(b.name));

function describedBy(entity: EntityMetadata): Column[] {
  return entity.columns.map((column) => ({
    name: column.databaseName,
    type: `${source.driver.normalizeType(column)}${column.isArray ? '[]' : ''}`,
    isNullable: column.isNullable,
    isKey: column.isPrimary,
  }));
}

describe('the TypeORM entities', () => {
  it('are one for every table', () => {
    const mapped = source.entityMetadatas.map(({ tableName }) => tableName);
    expect(mapped.sort()).toEqual([...tables.keys()].filter((table) => !NOT_MAPPED.includes(table)).sort());
  });

  it('have the columns of their tables, with the types, nullability and keys', () => {
    for (const entity of source.entityMetadatas) {
      const actual = (tables.get(entity.tableName) ?? []).map(({ name, type, isNullable, isKey }) => ({ name, type, isNullable, isKey }));
      expect(inOrder(describedBy(entity)), entity.tableName).toEqual(inOrder(actual));
    }
  });

  it('can be read with every column', async () => {
    for (const { target, columns } of source.entityMetadatas) {
      const select = Object.fromEntries(columns.map(({ propertyName }) => [propertyName, true]));
      expect(await source.getRepository(target).find({ select, take: 1 })).toBeInstanceOf(Array);
    }
  });

  it('of the directory can be inserted and read back, column by column', async () => {
    const rows: [string, Record<string, unknown>][] = [
      ...sampleRows(newId()),
      ['facility', { onlyRow: true, name: 'General', timeZone: 'Asia/Kathmandu' }],
    ];
    await source.query('DELETE FROM facility');
    for (const [table, row] of rows) {
      const repository = source.getRepository(table);
      const { columns, primaryColumns } = repository.metadata;
      await repository.insert({ ...row });
      const found = await repository.findOne({
        where: Object.fromEntries(primaryColumns.map(({ propertyName }) => [propertyName, row[propertyName]])),
        select: Object.fromEntries(columns.map(({ propertyName }) => [propertyName, true])),
      });
      expect(found, table).toMatchObject(row);
    }
  });
});
