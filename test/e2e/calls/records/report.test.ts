import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCallFigures, readNurseLoads } from '../../../../src/ward/reports/report-statements.js';
import { type Answer, request, type Session, signIn } from '../../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

/** Noon in Berlin, winter time; the report's period is the day around it. */
const NOON = '2025-11-03T11:00:00Z';
const DAY = 'from=2025-11-03T00:00:00Z&to=2025-11-04T00:00:00Z';
const DAYS = 'from=2025-11-01T00:00:00Z&to=2025-11-12T00:00:00Z';

interface Row {
  dept?: string;
  type?: string;
  state?: string;
  level?: number;
  repeats?: number;
  placed?: string;
  /** Seconds after it was placed. */
  after?: Partial<Record<'annunciated' | 'accepted' | 'present' | 'completed' | 'cancelled', number>>;
  acceptedBy?: string;
  closedBy?: string;
}

describe('the report of a department', () => {
  let wardline: TestWardline;
  let manager: Session;
  let admin: Session;
  let nurse: Session;
  let nurseIds: string[];

  beforeAll(async () => {
    wardline = await startTestWardline();
    [manager, admin, nurse] = (await Promise.all(['icu-manager', 'admin', 'icu-nurse-1'].map((name) => signIn(wardline, name)))) as [
      Session,
      Session,
      Session,
    ];
    const staff = await wardline.database.query<{ id: string }>(`SELECT id FROM staff WHERE username LIKE 'icu-nurse-%' ORDER BY username`);
    nurseIds = staff.map(({ id }) => id);
    await wardline.database.query(`UPDATE facility SET time_zone = 'Europe/Berlin'`);
  });
  afterAll(() => wardline.stop());

  /** A call as the ward would have left it; of each type one may be open. */
  async function place({
    dept = 'icu',
    type = 'patient_normal',
    level = 0,
    repeats = 0,
    placed = NOON,
    after = {},
    acceptedBy,
    closedBy,
    ...row
  }: Row): Promise<string> {
    const state = row.state ?? (after.completed !== undefined ? 'completed' : after.cancelled !== undefined ? 'cancelled' : 'pending');
    const id = randomUUID();
    const room = `${dept}-${dept === 'icu' ? '101' : '201'}`;
    await wardline.database.query(
      `WITH at AS (SELECT $7::timestamptz AS placed, $8::jsonb AS after)
       INSERT INTO calls (id, dept_id, room_id, type, state, level, repeats, priority, placed_at, annunciated_at, accepted_at, present_at, completed_at,
         cancelled_at, accepted_by, closed_by, l1_sec, l2_sec, l3_sec, repeat_sec, next_escalation_at)
       SELECT $1, $2, $3, $4, $5, $6, $11, 0, placed, placed + make_interval(secs => (after ->> 'annunciated')::float8), placed + make_interval(secs => (after ->> 'accepted')::float8),
         placed + make_interval(secs => (after ->> 'present')::float8), placed + make_interval(secs => (after ->> 'completed')::float8),
         placed + make_interval(secs => (after ->> 'cancelled')::float8), $9, $10, 90, 180, 300, 60,
         CASE WHEN $5 = 'pending' THEN timestamptz '2999-01-01' END FROM at`,
      [id, dept, room, type, state, level, placed, JSON.stringify(after), acceptedBy ?? null, closedBy ?? null, repeats],
    );
    return id;
  }

  async function report(query: string, session = manager): Promise<any> {
    const answer = await session.get(`/departments/icu/report?${query}`);
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return answer.body;
  }

  function csv(accept: string): Promise<Answer> {
    return request(wardline, 'GET', `/api/v1/departments/icu/report?${DAYS}`, { headers: { cookie: manager.cookie, accept } });
  }

  it('has the percentiles of every interval, by type and shift, in seconds', async () => {
    for (const n of [5, 1, 4, 2, 3]) {
      await place({ after: { annunciated: n / 10, accepted: n * 10, present: n * 100, completed: n * 1000 } });
    }
    await place({ after: { cancelled: 7.5 } });
    await place({ type: 'cord_out', after: { annunciated: 9, accepted: 4, present: 4 }, state: 'in_progress' });
    const { intervals, ...frame } = await report(DAY);
    expect(frame).toMatchObject({
      dept: 'icu',
      from: '2025-11-03T00:00:00.000Z',
      to: '2025-11-04T00:00:00.000Z',
      time_zone: 'Europe/Berlin',
    });
    const within = (in30: number, in60: number, in120: number) => ({ within_30: in30, within_60: in60, within_120: in120 });
    const figures = { type: 'patient_normal', shift: 'day', count: 5, never: 1, p90: null, p95: null, p99: null };
    const measured = { ...figures, never: 0 };
    const expected = [
      { ...figures, interval: 'annunciation', p50: 0.35, max: 0.5, ...within(0.833, 0.833, 0.833) },
      { ...figures, interval: 'acceptance', p50: 35, max: 50, ...within(0.5, 0.833, 0.833) },
      { ...figures, interval: 'presence', p50: 350, max: 500, ...within(0, 0, 0.167) },
      { ...figures, interval: 'completion', p50: 3500, max: 5000, ...within(0, 0, 0) },
      { ...measured, interval: 'cancellation', count: 1, p50: 7.5, p90: 7.5, p95: 7.5, p99: 7.5, max: 7.5, ...within(1, 1, 1) },
      { ...measured, interval: 'response', p50: 29.7, p90: 45.54, p95: 47.52, p99: 49.104, max: 49.5, ...within(0.6, 1, 1) },
      { ...measured, interval: 'arrival', p50: 270, p90: 414, p95: 432, p99: 446.4, max: 450, ...within(0, 0, 0.2) },
      { ...measured, interval: 'attendance', p50: 2700, p90: 4140, p95: 4320, p99: 4464, max: 4500, ...within(0, 0, 0) },
    ];
    const normal = intervals.filter((row: any) => row.type === 'patient_normal');
    expect(normal).toEqual([...expected, ...expected.map((row) => ({ ...row, shift: 'all' }))]);
    // Accepted before a device had said that it shows the call: nobody waited after that.
    const cord = intervals.filter((row: any) => row.type === 'cord_out' && row.shift === 'all');
    expect(cord.map((row: any) => [row.interval, row.max])).toEqual([
      ['annunciation', 9],
      ['acceptance', 4],
      ['presence', 4],
      ['completion', null],
      ['response', 0],
      ['arrival', 0],
      ['attendance', null],
    ]);
  });

  it("divides the day into three shifts by the facility's clock, also on the day that the clocks go back", async () => {
    const type = 'bed_exit';
    const placed = {
      night: ['2025-10-26T03:00:00Z', '2025-10-26T04:59:59.999Z', '2025-10-26T21:00:00Z', '2025-10-25T20:00:00Z'],
      day: ['2025-10-25T04:00:00Z', '2025-10-26T05:00:00Z', '2025-10-26T12:59:59.999Z'],
      evening: ['2025-10-25T12:00:00Z', '2025-10-26T13:00:00Z'],
    };
    for (const at of Object.values(placed).flat()) await place({ type, placed: at, after: { cancelled: 1 } });
    const { intervals } = await report('from=2025-10-25T00:00:00%2B02:00&to=2025-10-27T00:00:00%2B01:00');
    const counts = Object.fromEntries(intervals.map((row: any) => [row.shift, row.count]));
    expect(counts).toEqual({ day: 3, evening: 2, night: 4, all: 9 });
  });

  it('counts what became of the calls, from `from` on and before `to`, of this department only', async () => {
    const type = 'device_alarm';
    for (const at of ['2025-11-05T00:00:00Z', '2025-11-05T23:59:59.999Z'])
      await place({ type, placed: at, after: { completed: 60 }, repeats: 2 });
    await place({ type, placed: '2025-11-05T12:00:00Z', after: { cancelled: 5 } });
    await place({ type, placed: '2025-11-05T12:00:00Z', state: 'pending', repeats: 1 });
    for (const at of ['2025-11-04T23:59:59.999Z', '2025-11-06T00:00:00Z']) await place({ type, placed: at, after: { completed: 60 } });
    await place({ type, dept: 'med', placed: '2025-11-05T12:00:00Z', after: { completed: 60 } });
    const { calls } = await report('from=2025-11-05T00:00:00Z&to=2025-11-06T00:00:00Z');
    expect(calls).toEqual([{ type, placed: 4, completed: 2, cancelled: 1, open: 1, repeats: 5, reminders: 0 }]);
  });

  it('tells how far calls climbed, and how many went through each level, in whatever round', async () => {
    const type = 'service_request';
    const placed = '2025-11-07T12:00:00Z';
    for (const [level, earlier] of [
      [0, 0],
      [0, 2],
      [1, 0],
      [1, 3],
      [3, 0],
    ]) {
      const id = await place({ type, placed, level: level ?? 0, after: { completed: 600 } });
      await wardline.database.query('UPDATE calls SET earlier_level = $2 WHERE id = $1', [id, earlier]);
    }
    const { escalations } = await report('from=2025-11-07T00:00:00Z&to=2025-11-08T00:00:00Z');
    expect(escalations).toEqual([
      { type, level: 0, count: 2, reached: 5 },
      { type, level: 1, count: 2, reached: 4 },
      { type, level: 2, count: 0, reached: 3 },
      { type, level: 3, count: 1, reached: 2 },
    ]);
  });

  it('shows how the work was shared, by ids alone', async () => {
    const [anna = '', ben = '', cleo = ''] = nurseIds;
    const shift = (staff: string, from: string, to: string | null) =>
      wardline.database.query(
        `INSERT INTO shifts (id, staff_id, dept_id, started_at, ended_at, end_reason) VALUES ($1, $2, 'icu', $3, $4, CASE WHEN $4::timestamptz IS NOT NULL THEN 'ended' END)`,
        [randomUUID(), staff, from, to],
      );
    await shift(anna, '2025-11-09T22:00:00Z', '2025-11-10T06:00:00Z');
    await shift(ben, '2025-11-10T06:00:00Z', '2025-11-10T10:00:00Z');
    await shift(ben, '2025-11-10T22:00:00Z', '2025-11-11T06:00:00Z');
    await shift(cleo, '2025-11-10T23:30:00Z', '2025-11-11T06:00:00Z');
    await shift(manager.user.id, '2025-11-10T06:00:00Z', '2025-11-10T14:00:00Z');
    const told = (call: string, staff: string, role: string, reason: string) =>
      wardline.database.query('INSERT INTO annunciations (call_id, staff_id, role, reason) VALUES ($1, $2, $3, $4)', [
        call,
        staff,
        role,
        reason,
      ]);
    const placed = '2025-11-10T05:00:00Z';
    for (const [index, reason] of ['queue', 'primary', 'backup'].entries()) {
      const call = await place({
        placed,
        acceptedBy: anna,
        after: { accepted: 5, completed: 60 },
        closedBy: index === 0 ? `staff:${ben}` : `staff:${anna}`,
      });
      await told(call, anna, 'nurse', reason);
      await told(call, manager.user.id, 'manager', 'manager');
    }
    const broadcast = await place({
      placed,
      type: 'code_blue',
      acceptedBy: manager.user.id,
      after: { accepted: 5, cancelled: 60 },
      closedBy: 'station:icu-101-bed',
    });
    for (const staff of [anna, ben]) await told(broadcast, staff, 'nurse', 'broadcast');
    const turned = await place({ placed, type: 'technical_fault' });
    await told(turned, ben, 'nurse', 'queue');
    const { fairness, ...rest } = await report('from=2025-11-10T00:00:00Z&to=2025-11-11T00:00:00Z');
    const expected = [
      { staff_id: anna, dispatched: 3, accepted: 3, completed: 2, shift_seconds: 6 * 3600, alarms: 4, alarms_per_hour: 0.667 },
      { staff_id: ben, dispatched: 1, accepted: 0, completed: 1, shift_seconds: 6 * 3600, alarms: 2, alarms_per_hour: 0.333 },
      { staff_id: cleo, dispatched: 0, accepted: 0, completed: 0, shift_seconds: 1800, alarms: 0, alarms_per_hour: 0 },
    ].map((one) => ({ ...one, repeats: 0, missed_receipts: 0 }));
    expect(fairness.nurses).toEqual(expected.sort((a, b) => (a.staff_id < b.staff_id ? -1 : 1)));
    expect(fairness.spread).toBe(0.333);
    expect(JSON.stringify([fairness, rest])).not.toMatch(/nurse-1|Intensive care/);
  });

  it('covers the last 24 hours when nothing is asked for, by the clock of the database; a shift that goes on counts until now', async () => {
    await wardline.database.moveClock(3600);
    const [now] = await wardline.database.query<{ now: Date }>('SELECT app_now() AS now');
    const ago = (hours: number) => new Date(now!.now.getTime() - hours * 3_600_000).toISOString();
    for (const hours of [23, 25]) await place({ type: 'technical_fault', placed: ago(hours), after: { completed: hours } });
    await wardline.database.query(`INSERT INTO shifts (id, staff_id, dept_id, started_at) VALUES ($1, $2, 'icu', $3)`, [
      randomUUID(),
      nurseIds[3],
      ago(3),
    ]);
    const { intervals, fairness, from, to } = await report('');
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
    expect(Math.abs(Date.parse(to) - now!.now.getTime())).toBeLessThan(10_000);
    expect(intervals.find((row: any) => row.shift === 'all' && row.interval === 'completion')).toMatchObject({ count: 1, max: 23 });
    const [duty] = fairness.nurses;
    expect(duty.staff_id).toBe(nurseIds[3]);
    expect(Math.abs(duty.shift_seconds - 3 * 3600)).toBeLessThan(10);
    // The clock stays ahead: one that goes back gives each open call its deadlines anew, and the calls of this file wait until 2999.
  });

  it('comes as CSV where Accept prefers it, as one table with the same figures', async () => {
    const json = await report(DAYS);
    const answer = await csv('text/csv');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe('attachment; filename=report-icu-20251101T000000Z-20251112T000000Z.csv');
    expect(answer.headers.vary).toContain('Accept');
    const lines = (answer.body as string).split('\r\n');
    const header = lines[0]!.split(',');
    const rows = lines.slice(1, -1).map((line) => Object.fromEntries(line.split(',').map((text, index) => [header[index], text])));
    const sections = {
      interval: json.intervals,
      calls: json.calls,
      escalation: json.escalations,
      nurse: json.fairness.nurses,
      fairness: [{}],
    };
    for (const [section, items] of Object.entries(sections)) {
      const found = rows.filter((row) => row['section'] === section);
      expect(found).toHaveLength(items.length);
      for (const [index, item] of items.entries()) {
        expect(found[index]).toMatchObject(
          Object.fromEntries(
            Object.entries(item).map(([key, value]) => [key, value === null ? '' : JSON.stringify(value).replaceAll('"', '')]),
          ),
        );
      }
    }
    expect((await csv('text/csv;q=0.9, application/json;q=0.1')).headers['content-type']).toContain('text/csv');
    for (const accept of ['*/*', 'application/json', 'text/csv;q=0.5, application/json', 'image/png']) {
      expect((await csv(accept)).headers['content-type'], accept).toContain('application/json');
    }
  });

  it("divides the day into the facility's own shifts; before the first one's start the last goes on", async () => {
    await wardline.database.query(
      `UPDATE facility SET shifts = '[{"name": "late", "start": "18:30"}, {"name": "early", "start": "06:30"}]'`,
    );
    for (const at of [
      '2025-11-20T05:29:00Z',
      '2025-11-20T05:30:00Z',
      '2025-11-20T17:29:59Z',
      '2025-11-20T17:30:00Z',
      '2025-11-20T22:00:00Z',
    ])
      await place({ type: 'bed_exit', placed: at, after: { cancelled: 1 } });
    const { intervals } = await report('from=2025-11-20T00:00:00Z&to=2025-11-21T00:00:00Z');
    const counts = intervals.filter((row: any) => row.interval === 'cancellation').map((row: any) => [row.shift, row.count]);
    expect(Object.fromEntries(counts)).toEqual({ early: 2, late: 3, all: 5 });
    await wardline.database.query('UPDATE facility SET shifts = DEFAULT');
  });

  it('includes calls that nobody accepted: as longer than all others', async () => {
    const placed = '2025-11-22T12:00:00Z';
    for (const accepted of [10, 40]) await place({ placed, after: { accepted, present: accepted + 1, completed: 600 } });
    for (let n = 0; n < 3; n++) await place({ placed, after: { cancelled: 900 } });
    const { intervals } = await report('from=2025-11-22T00:00:00Z&to=2025-11-23T00:00:00Z');
    const acceptance = intervals.find((row: any) => row.interval === 'acceptance' && row.shift === 'all');
    expect(acceptance).toMatchObject({
      count: 2,
      never: 3,
      p50: null,
      p99: null,
      max: 40,
      within_30: 0.2,
      within_60: 0.4,
      within_120: 0.4,
    });
  });

  it('leaves the credit with the person who accepted when the call goes on; counts repeated askings and missed receipts', async () => {
    const [anna = '', ben = ''] = nurseIds;
    const call = await place({ placed: '2025-11-24T12:00:00Z' });
    const change = (text: string, ...values: unknown[]) => wardline.database.query(text, [call, ...values]);
    await change(
      `INSERT INTO annunciations (call_id, staff_id, role, reason, queued_at) VALUES ($1, $2, 'nurse', 'queue', '2025-11-24T12:00:00Z')`,
      anna,
    );
    await change(
      `UPDATE calls SET state = 'accepted', accepted_by = $2, accepted_at = app_now(), next_escalation_at = NULL WHERE id = $1`,
      anna,
    );
    await change(
      `UPDATE calls SET state = 'pending', accepted_by = NULL, accepted_at = NULL, next_escalation_at = '2999-01-01' WHERE id = $1`,
    );
    await change(
      `UPDATE calls SET state = 'accepted', accepted_by = $2, accepted_at = app_now(), next_escalation_at = NULL WHERE id = $1`,
      ben,
    );
    await change(`UPDATE calls SET state = 'cancelled', cancelled_at = app_now() WHERE id = $1`);
    const { fairness } = await report('from=2025-11-24T00:00:00Z&to=2025-11-25T00:00:00Z');
    const loads = fairness.nurses.map(({ staff_id, accepted, alarms, repeats, missed_receipts }: any) => [
      staff_id,
      accepted,
      alarms,
      repeats,
      missed_receipts,
    ]);
    // A receipt is missed by the setting: off, none is.
    const patient = await startTestWardline({ sharedWith: wardline, env: { RECEIPT_SEC: '0' } });
    const unhurried = await signIn(patient, 'icu-manager');
    const same = await unhurried.get('/departments/icu/report?from=2025-11-24T00:00:00Z&to=2025-11-25T00:00:00Z');
    await patient.stop();
    expect(same.body.fairness.nurses.map((one: any) => one.missed_receipts)).toEqual([0, 0]);
    // The first asking was answered a year late; the second one was withdrawn at once.
    expect(loads).toEqual(
      [
        [anna, 1, 2, 1, 1],
        [ben, 1, 0, 0, 0],
      ].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
  });

  it('reads no table of calls from end to end', async () => {
    await wardline.database.query(
      `INSERT INTO calls (id, dept_id, room_id, type, state, priority, placed_at, completed_at, accepted_by, l1_sec, l2_sec, l3_sec, repeat_sec)
       SELECT gen_random_uuid(), 'med', 'med-201', 'patient_normal', 'completed', 0, at, at + interval '5 minutes', $1, 90, 180, 300, 60
       FROM generate_series(timestamptz '2024-01-01', '2024-12-31', '20 minutes') AS at`,
      [nurseIds[0]],
    );
    await wardline.database.query('ANALYZE calls');
    const [from, to] = ['2024-06-01T00:00:00Z', '2024-06-11T00:00:00Z'];
    const statements = [
      { text: readCallFigures.text, values: ['med', from, to, 'Europe/Berlin', [360, 840, 1320], ['day', 'evening', 'night']] },
      { text: readNurseLoads.text, values: ['med', from, to, to, 15] },
    ];
    for (const { text, values } of statements) {
      const rows = await wardline.database.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/calls_placed/);
      for (const table of ['calls', 'annunciations', 'past_annunciations', 'call_acceptances', 'events'])
        expect(plan, table).not.toMatch(new RegExp(`Seq Scan on ${table}\\b`));
    }
  });

  it('is for managers of the department and administrators', async () => {
    expect((await admin.get(`/departments/icu/report?${DAY}`)).status).toBe(200);
    expect((await nurse.get('/departments/icu/report')).body.error).toMatchObject({ code: 'FORBIDDEN' });
    for (const dept of ['med', 'nowhere']) expect((await nurse.get(`/departments/${dept}/report`)).status, dept).toBe(404);
    for (const dept of ['med', 'nowhere']) {
      const answer = await manager.get(`/departments/${dept}/report`);
      expect([answer.status, answer.body.error.code]).toEqual([404, 'NOT_FOUND']);
    }
    expect((await admin.get('/departments/nowhere/report')).status).toBe(404);
    expect((await request(wardline, 'GET', '/api/v1/departments/icu/report')).status).toBe(401);
  });

  it.each([
    'from=2025-11-04T00:00:00Z&to=2025-11-03T00:00:00Z',
    'from=2025-11-03T00:00:00Z&to=2025-11-03T00:00:00Z',
    'from=2025-01-01T00:00:00Z&to=2025-04-12T00:00:00Z',
    'from=2025-11-03&to=2025-11-04',
    'from=2025-11-03T00:00:00&to=2025-11-04T00:00:00',
    'from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z',
    `${DAY}&by=type`,
    `${DAY}&from=2025-11-03T00:00:00Z`,
  ])('refuses %s', async (query) => {
    const answer = await manager.get(`/departments/icu/report?${query}`);
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});
