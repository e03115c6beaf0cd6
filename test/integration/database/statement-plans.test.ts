import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listAudit } from '../../../src/identity/audit/audit-query.service.js';
import type { Statement } from '../../../src/platform/database/statement.js';
import { readCallHistory, readPage, readPages } from '../../../src/events/log/event-log.js';
import { readCallFigures, readNurseLoads } from '../../../src/ward/reports/report-statements.js';
import { EXPIRED_AUDIT, EXPIRED_EVENTS } from '../../../src/events/retention/expiring-records.service.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';

const LOG = 50_000;
const AUDIT = 20_000;
const CALLS = 20_000;

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** Statements over tables that grow for years. They read a page, however long the history. */
describe('a page costs what the page holds', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let call: string;

  beforeAll(async () => {
    database = await createTestDatabase('demo hospital');
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(
      `INSERT INTO events (dept_id, seq, id, type, payload, call_id, at, prev_hash, hash)
       SELECT 'icu', n, gen_random_uuid(), 'notice.posted', '{}', CASE WHEN n % 10 = 0 THEN gen_random_uuid() END,
         app_now() - interval '1 day' + n * interval '1 second', '', '' FROM generate_series(1, ${String(LOG)}) n`,
    );
    await client.query(
      `INSERT INTO audit (id, at, actor, action, result, prev_hash, hash)
       SELECT n, app_now() - interval '1 day' + n * interval '1 second', 'staff:x', 'sign_in', 'ok', '', '' FROM generate_series(1, ${String(AUDIT)}) n`,
    );
    // Further columns of a call do not matter for the plans.
    await client.query(
      `DO $$ DECLARE name text; BEGIN
         FOR name IN SELECT attname FROM pg_attribute WHERE attrelid = 'calls'::regclass AND attnum > 0 AND attnotnull AND NOT atthasdef AND attname <> 'id'
         LOOP EXECUTE format('ALTER TABLE calls ALTER COLUMN %I DROP NOT NULL', name); END LOOP; END $$`,
    );
    await client.query(
      `INSERT INTO calls (id, dept_id, room_id, type, state, priority, placed_at, completed_at)
       SELECT gen_random_uuid(), r.dept_id, r.id, 'patient_normal', 'completed', 0, app_now() - interval '277 days' + n * interval '20 minutes', app_now()
       FROM (SELECT id, dept_id FROM rooms WHERE dept_id = 'icu' LIMIT 1) r, generate_series(1, ${String(CALLS)}) n`,
    );
    // The other departments of the hospital.
    await client.query(
      `INSERT INTO calls (id, dept_id, room_id, type, state, priority, placed_at, completed_at)
       SELECT gen_random_uuid(), r.dept_id, r.id, 'patient_normal', 'completed', 0, app_now() - interval '277 days' + n * interval '5 minutes', app_now()
       FROM (SELECT id, dept_id FROM rooms WHERE dept_id = 'med' LIMIT 1) r, generate_series(1, ${String(4 * CALLS)}) n`,
    );
    await client.query('ALTER TABLE annunciations DISABLE TRIGGER USER');
    await client.query(
      `INSERT INTO annunciations (call_id, staff_id, role, reason, queued_at)
       SELECT c.id, p.id, 'nurse', 'queue', c.placed_at FROM calls c, (SELECT id FROM staff WHERE role = 'nurse' LIMIT 2) p
       WHERE c.dept_id = 'icu'`,
    );
    await client.query('VACUUM ANALYZE events, audit, calls, annunciations');
    call = (await client.query<{ id: string }>('SELECT call_id AS id FROM events WHERE call_id IS NOT NULL LIMIT 1')).rows[0]?.id ?? '';
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  /** Every node of the plan that the server carries out, for these values and for any. */
  async function plans({ text }: Statement, values: readonly unknown[]): Promise<PlanNode[]> {
    const nodes: PlanNode[] = [];
    const collect = (node: PlanNode): void => {
      nodes.push(node);
      node.Plans?.forEach(collect);
    };
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      await client.query(`SET plan_cache_mode = ${mode}`);
      await client.query(`PREPARE looked_at AS ${text}`);
      const list = values.map((value) => literal(value)).join(', ');
      const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
        `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF, FORMAT JSON) EXECUTE looked_at (${list})`,
      );
      await client.query('DEALLOCATE looked_at');
      collect(rows[0]?.['QUERY PLAN'][0]?.Plan as PlanNode);
    }
    return nodes;
  }

  it.each<[string, Statement, () => unknown[], string, number]>([
    ['a page of the log', readPage, () => ['icu', 100, 50], 'events', 50],
    ['pages for readers that catch up', readPages, () => [['icu', 'icu'], [100, 40_000], 50], 'events', 100],
    ['the history of a call', readCallHistory, () => [call, 500], 'events', 500],
    ['the newest lines of the audit', listAudit, () => [1e9, null, null, null, null, null, null, 50], 'audit', 50],
    ['events to be exported', EXPIRED_EVENTS, () => ['icu', 90, 1000], 'events', 1000],
    ['audit lines to be exported', EXPIRED_AUDIT, () => [730, 1000], 'audit', 1000],
  ])('%s', async (_name, statement, values, table, most) => {
    const nodes = await plans(statement, values());
    const scans = nodes.filter((node) => node['Relation Name'] === table);
    expect(scans.length).toBeGreaterThan(0);
    for (const scan of scans) {
      expect(scan['Node Type']).toMatch(/^Index (Only )?Scan$/);
      expect(scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)).toBeLessThanOrEqual(most);
    }
  });

  it("a day's report reads the calls of that day", async () => {
    const day = [
      'icu',
      new Date(Date.now() - 3 * 86_400_000).toISOString(),
      new Date(Date.now() - 2 * 86_400_000).toISOString(),
      'UTC',
      [0],
      ['day'],
    ];
    const scans = (await plans(readCallFigures, day)).filter(
      (node) => node['Index Name'] !== undefined || node['Relation Name'] === 'calls',
    );
    expect(scans.map((node) => node['Index Name']).filter((name) => name !== undefined)).toContain('calls_placed');
    for (const scan of scans) expect(scan['Actual Rows'] + (scan['Rows Removed by Filter'] ?? 0)).toBeLessThan(200);
  });

  it('a report over 100 days reads each of its calls once for the figures, looks their askings up by call, and reads no event', async () => {
    const [from, to] = [101, 1].map((days) => new Date(Date.now() - days * 86_400_000).toISOString());
    const placed = 100 * 72;
    const figures = await plans(readCallFigures, ['icu', from, to, 'UTC', [0], ['day']]);
    const reads = figures.filter((node) => node['Relation Name'] === 'calls');
    // One for each of the two plans.
    expect(reads).toHaveLength(2);
    for (const read of reads) {
      expect(read['Node Type']).toMatch(/^(Index|Bitmap Heap) Scan$/);
      expect(read['Actual Rows'] + (read['Rows Removed by Filter'] ?? 0)).toBeLessThanOrEqual(placed + 1);
    }
    const loads = await plans(readNurseLoads, ['icu', from, to, to, 15]);
    const askings = loads.filter((node) => node['Relation Name'] === 'annunciations');
    expect(askings.length).toBeGreaterThan(0);
    for (const node of askings) {
      expect(node['Node Type']).toMatch(/^(Index|Bitmap Heap) Scan$/);
      expect(node['Actual Rows']).toBe(2);
    }
    const relations = [...figures, ...loads].map((node) => node['Relation Name']);
    expect(relations).not.toContain('events');
  });
});

function literal(value: unknown): string {
  if (value === null) return 'NULL';
  if (Array.isArray(value)) return pg.escapeLiteral(`{${value.map(String).join(',')}}`);
  return pg.escapeLiteral(typeof value === 'string' ? value : JSON.stringify(value));
}
