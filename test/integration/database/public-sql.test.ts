import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { withDatabaseName } from '../../../src/testing/test-server.js';

/** The views and their columns, in their order: a hospital's SQL reads them. A column may be added at the end. */
const VIEWS: Readonly<Record<string, readonly string[]>> = {
  wardline_open_calls: [
    ...['call_id uuid', 'dept_id text', 'room_id text', 'bed_id text', 'station_id text', 'type text', 'rank integer', 'state text'],
    ...['level integer', 'priority integer', 'round integer', 'placed_at timestamp with time zone', 'accepted_by uuid'],
    ...['accepted_at timestamp with time zone', 'present_by text', 'present_at timestamp with time zone', 'superseded_by uuid'],
  ],
  wardline_available_nurses: [
    ...['dept_id text', 'staff_id uuid', 'name text', 'role text', 'on_duty_since timestamp with time zone', 'queue_position bigint'],
    ...['connected boolean', 'busy boolean'],
  ],
};
/** Tables and columns that a hospital's own SQL may refer to. */
const REFERRED: Readonly<Record<string, readonly string[]>> = {
  departments: ['id text', 'name text', 'retired_at timestamp with time zone'],
  rooms: ['id text', 'dept_id text', 'name text', 'retired_at timestamp with time zone'],
  beds: ['id text', 'room_id text', 'name text', 'retired_at timestamp with time zone'],
  stations: ['id text', 'room_id text', 'bed_id text', 'kind text', 'name text', 'retired_at timestamp with time zone'],
  staff: ['id uuid', 'username text', 'name text', 'role text', 'active boolean'],
  memberships: ['staff_id uuid', 'dept_id text'],
  roles: ['id text', 'labels jsonb', 'capabilities text[]'],
  call_types: ['id text', 'rank integer', 'labels jsonb', 'retired_at timestamp with time zone'],
  calls: ['id uuid'],
  last_backup: ['taken_at timestamp with time zone'],
};

let client: pg.Client;
beforeAll(async () => {
  client = new pg.Client({ connectionString: withDatabaseName(inject('adminUrl'), inject('emptyDatabase')) });
  await client.connect();
});
afterAll(() => client.end());

async function columnsOf(relation: string): Promise<string[]> {
  const { rows } = await client.query<{ column: string }>(
    `SELECT attname || ' ' || format_type(atttypid, atttypmod) AS column FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [relation],
  );
  return rows.map(({ column }) => column);
}

describe('the public SQL', () => {
  it.each(Object.entries(VIEWS))('%s has its columns, in their order', async (view, columns) => {
    expect((await columnsOf(view)).slice(0, columns.length)).toEqual(columns);
  });

  it.each(Object.entries(REFERRED))('%s has the columns that one may refer to, and a key', async (table, columns) => {
    expect(await columnsOf(table)).toEqual(expect.arrayContaining([...columns]));
  });

  it('has app_now()', async () => {
    const { rows } = await client.query<{ type: string }>('SELECT pg_typeof(app_now())::text AS type');
    expect(rows).toEqual([{ type: 'timestamp with time zone' }]);
  });

  it('is what docs/reference/sql.md says, column by column', () => {
    const page = readFileSync(join(packageRoot(), 'docs/reference/sql.md'), 'utf8');
    for (const columns of Object.values({ ...VIEWS, ...REFERRED }))
      for (const column of columns) {
        const [name = '', ...type] = column.split(' ');
        expect(page).toContain(`\`${name}\` ${type.join(' ').replace('timestamp with time zone', 'timestamptz')}`);
      }
  });
});
