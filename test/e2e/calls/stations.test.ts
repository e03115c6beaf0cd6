import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type AnyFrame, type Session, signIn } from '../../support/clients/client.js';
import { closeAllCalls, readLog } from '../../support/clients/person.js';
import { untilScanned } from '../../support/checks/scans.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const STALE_SEC = 90;
const STATIONS = Array.from({ length: 8 }, (_, n) => `icu-10${String(n + 1)}-bed`) as [string, ...string[]];
const [BED] = STATIONS;

let wardline: TestWardline;
/** The nodes of the test. */
let nodes: TestWardline[];
let admin: Session;
/** The end of the log when the test began. */
let head: number;

async function heard(...stations: string[]): Promise<void> {
  for (const id of stations) expect((await asStation(wardline, id)('POST', '/heartbeat')).status).toBe(200);
}

/** The log's events of stations and calls since the test began, as `type place reason`, in order. */
async function told(): Promise<string[]> {
  const events = (await readLog(admin, 'icu', head)).filter(({ type }) => type.startsWith('station.') || type.startsWith('call.'));
  return events.map(({ type, data }) => [type, data.station_id ?? data.call.station_id, data.reason].filter(Boolean).join(' '));
}

async function untilTold(line: string): Promise<void> {
  await eventually(async () => (await told()).includes(line) || undefined, line);
}

async function openFaults(): Promise<AnyFrame[]> {
  const { body } = await admin.get('/calls?state=open&dept=icu&limit=200');
  return body.items.filter(({ type }: AnyFrame) => type === 'technical_fault');
}

/** Supervision has looked on every node. */
function settled(): Promise<void> {
  return untilScanned(...nodes);
}

async function silentFor(seconds: number): Promise<void> {
  await wardline.database.moveClock(seconds);
}

async function staleStations(): Promise<number> {
  return (await told()).filter((line) => line.startsWith('station.stale')).length;
}

describe('supervision of stations, on two nodes', () => {
  let other: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
    other = await startTestWardline({ sharedWith: wardline });
    nodes = [wardline, other];
    admin = await signIn(wardline, 'admin');
  });
  afterAll(async () => {
    await other.stop();
    await wardline.stop();
  });
  beforeEach(async () => {
    await wardline.database.query('UPDATE stations SET last_seen_at = NULL, stale_since = NULL, stale_call_id = NULL');
    await wardline.database.query('UPDATE station_supervision SET call_id = NULL');
    await closeAllCalls(admin);
    head = (await readLog(admin, 'icu')).at(-1)?.seq ?? 0;
  });

  it('begins with the first heartbeat: a station never heard is not stale', async () => {
    await silentFor(STALE_SEC * 10);
    await settled();
    expect(await told()).toEqual([]);
  });

  it('tells of a silent station once, with a call by the system, and takes both back at its next heartbeat', async () => {
    await heard(BED);
    await silentFor(STALE_SEC - 5);
    await settled();
    expect(await told()).toEqual([]);
    await silentFor(5);
    await untilTold(`station.stale ${BED}`);
    await settled();
    const lines = await told();
    expect(lines.filter((line) => line.startsWith('station.stale'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('call.pending'))).toEqual([`call.pending ${BED}`]);
    const [call, ...more] = await openFaults();
    expect(more).toEqual([]);
    expect(call).toMatchObject({
      station_id: BED,
      room_id: 'icu-101',
      bed_id: 'icu-101-a',
      state: 'pending',
      repeats: 0,
      supersedes: [],
    });
    const events = await readLog(admin, 'icu', head);
    expect(events.find(({ type }) => type === 'station.stale').data).toEqual({ station_id: BED, room_id: 'icu-101' });
    expect(events.find(({ type }) => type === 'call.pending').data.by).toBe('system');

    await heard(BED);
    const restored = await readLog(admin, 'icu', head);
    expect(restored.slice(-2)).toMatchObject([
      { type: 'station.restored', data: { station_id: BED } },
      { type: 'call.cancelled', data: { call_id: call.id, reason: 'restored', by: 'system', call: { state: 'cancelled' } } },
    ]);
    const sofar = await told();
    await heard(BED, BED);
    await settled();
    expect(await told()).toEqual(sofar);
    const [row] = await wardline.database.query('SELECT closed_by, cancel_reason FROM calls WHERE id = $1', [call.id]);
    expect(row).toEqual({ closed_by: 'system', cancel_reason: 'restored' });
  });

  it('takes the call back when the station is retired, and the one call for many with the last of them', async () => {
    const stations = Array.from({ length: 7 }, (_, n) => `icu-spare-${String(n)}`);
    for (const id of stations) {
      const made = await admin.post('/admin/stations', { id, room_id: 'icu-101', kind: 'staff_console', name: id });
      expect(made.status).toBe(201);
    }
    const silent = (ids: string[]) =>
      wardline.database.query(`UPDATE stations SET last_seen_at = app_now() - interval '1 hour' WHERE id = ANY($1)`, [ids]);
    const retire = async (id: string) => {
      expect((await admin.send('DELETE', `/admin/stations/${id}`)).status).toBe(204);
    };
    const [alone, ...many] = stations as [string, ...string[]];
    await silent([alone]);
    await untilTold(`station.stale ${alone}`);
    expect(await openFaults()).toHaveLength(1);
    await retire(alone);
    expect(await openFaults()).toEqual([]);
    await silent(many);
    await eventually(async () => (await staleStations()) === 7 || undefined, 'six more silent stations');
    expect(await openFaults()).toHaveLength(1);
    for (const id of many.slice(1)) await retire(id);
    expect(await openFaults()).toHaveLength(1);
    await retire(many[0]!);
    expect(await openFaults()).toEqual([]);
  });

  it('begins anew after each restoration', async () => {
    for (let round = 1; round <= 2; round++) {
      await heard(BED);
      await silentFor(STALE_SEC);
      await eventually(async () => (await staleStations()) === round || undefined, `round ${String(round)}`);
    }
    await heard(BED);
    expect((await told()).filter((line) => line.startsWith('call.cancelled'))).toHaveLength(2);
    expect(await openFaults()).toEqual([]);
  });

  it('closes the call in whatever open state it is, and leaves one that a person has closed', async () => {
    await heard(BED);
    await silentFor(STALE_SEC);
    await untilTold(`station.stale ${BED}`);
    const [accepted] = await openFaults();
    expect((await admin.post(`/calls/${accepted.id}/accept`, {})).status).toBe(200);
    expect((await admin.post(`/calls/${accepted.id}/arrive`, {})).status).toBe(200);
    await heard(BED);
    expect((await admin.get(`/calls/${accepted.id}`)).body.state).toBe('cancelled');

    await silentFor(STALE_SEC);
    const [second] = await eventually(async () => ((await openFaults()).length > 0 ? openFaults() : undefined), 'another call');
    await admin.post(`/calls/${second.id}/arrive`, {});
    expect((await admin.post(`/calls/${second.id}/complete`, {})).status).toBe(200);
    await heard(BED);
    expect((await admin.get(`/calls/${second.id}`)).body.state).toBe('completed');
    expect((await told()).at(-1)).toBe(`station.restored ${BED}`);
  });

  it('neither counts nor closes a fault that a person has called for at the station', async () => {
    const pressed = await asStation(wardline, BED)('POST', '/calls', { type: 'technical_fault' });
    await heard(BED);
    await silentFor(STALE_SEC);
    await untilTold(`station.stale ${BED}`);
    expect(await openFaults()).toMatchObject([{ id: pressed.body.id, repeats: 0 }]);
    await heard(BED);
    expect(await openFaults()).toMatchObject([{ id: pressed.body.id }]);
    expect(await told()).not.toContain(`call.repeated ${BED}`);
  });

  it("does not supersede what a patient has asked for there, and a press still reaches the silent station's call", async () => {
    await asStation(wardline, BED)('POST', '/calls', { type: 'patient_normal' });
    await heard(BED);
    await silentFor(STALE_SEC);
    await untilTold(`station.stale ${BED}`);
    expect(await openFaults()).toMatchObject([{ supersedes: [] }]);
    expect((await asStation(wardline, BED)('POST', '/calls', { type: 'technical_fault' })).body).toMatchObject({ repeats: 1 });
  });

  it('makes one call of more than five that fall silent together, closed with the last that is heard again', async () => {
    await heard(...STATIONS);
    await silentFor(STALE_SEC);
    await eventually(async () => (await staleStations()) === 8 || undefined, 'eight silent stations');
    await settled();
    const [call, ...more] = await openFaults();
    expect(more).toEqual([]);
    expect(new Set((await told()).filter((line) => line.startsWith('station.stale'))).size).toBe(8);
    await heard(...STATIONS.slice(0, 7));
    expect(await openFaults()).toMatchObject([{ id: call.id }]);
    await heard(...STATIONS.slice(7));
    expect(await openFaults()).toEqual([]);
    expect((await told()).slice(-2)).toEqual([`station.restored ${STATIONS[7]!}`, `call.cancelled ${call.station_id as string} restored`]);
  });

  it('makes five calls of five, and adds none for those that follow while they last', async () => {
    await heard(...STATIONS.slice(0, 5));
    await silentFor(60);
    await heard(...STATIONS.slice(5));
    await silentFor(30);
    await eventually(async () => (await staleStations()) === 5 || undefined, 'five silent stations');
    const own = await openFaults();
    expect(own.map(({ station_id }) => station_id as string).sort()).toEqual(STATIONS.slice(0, 5));
    await silentFor(60);
    await eventually(async () => (await staleStations()) === 8 || undefined, 'eight silent stations');
    await settled();
    expect(await openFaults()).toHaveLength(5);
    // One of the five now represents those that have none of their own.
    await heard(...STATIONS.slice(0, 5));
    expect(await openFaults()).toHaveLength(1);
    await heard(...STATIONS.slice(5));
    expect(await openFaults()).toEqual([]);
  });

  it('does not place the one call again that a person has closed, and begins anew when all are heard', async () => {
    await heard(...STATIONS.slice(0, 7));
    await silentFor(60);
    await heard(...STATIONS.slice(7));
    await silentFor(30);
    await eventually(async () => (await staleStations()) === 7 || undefined, 'seven silent stations');
    await closeAllCalls(admin);
    await silentFor(60);
    await eventually(async () => (await staleStations()) === 8 || undefined, 'the eighth');
    await settled();
    expect(await openFaults()).toEqual([]);
    await heard(...STATIONS);
    await silentFor(STALE_SEC);
    await eventually(async () => (await staleStations()) === 16 || undefined, 'all again');
    expect(await openFaults()).toHaveLength(1);
  });

  it('counts by department', async () => {
    const med = Array.from({ length: 4 }, (_, n) => `med-20${String(n + 1)}-bed`);
    await heard(...STATIONS.slice(0, 4), ...med);
    await silentFor(STALE_SEC);
    await eventually(async () => (await staleStations()) === 4 || undefined, 'four silent stations');
    expect(await openFaults()).toHaveLength(4);
    await heard(...STATIONS.slice(0, 4), ...med);
  });

  it('supervises no station that was retired, and needs no type of call to tell', async () => {
    await heard(...STATIONS.slice(0, 2));
    await wardline.database.query('UPDATE stations SET retired_at = app_now() WHERE id = $1', [STATIONS[1]]);
    await wardline.database.query(`UPDATE call_types SET retired_at = app_now() WHERE id = 'technical_fault'`);
    await silentFor(STALE_SEC);
    await untilTold(`station.stale ${BED}`);
    await settled();
    expect(await told()).toEqual([`station.stale ${BED}`]);
    await heard(BED);
    expect(await told()).toEqual([`station.stale ${BED}`, `station.restored ${BED}`]);
    await wardline.database.query('UPDATE stations SET retired_at = NULL');
    await wardline.database.query('UPDATE call_types SET retired_at = NULL');
  });

  it('stays in step when heartbeats and the deadline meet', async () => {
    for (let round = 0; round < 5; round++) {
      await heard(...STATIONS);
      await silentFor(STALE_SEC);
      await sleep(round * 150);
      await Promise.all([...STATIONS, ...STATIONS].map((id) => heard(id)));
    }
    await settled();
    const lines = await told();
    for (const id of STATIONS) {
      const own = lines.filter((line) => line === `station.stale ${id}` || line === `station.restored ${id}`);
      expect(own).toEqual(own.map((_, n) => (n % 2 === 0 ? `station.stale ${id}` : `station.restored ${id}`)));
      expect(own.length % 2).toBe(0);
    }
    expect(await openFaults()).toEqual([]);
    expect(wardline.log.filter((line) => line.includes('supervision.failed') || line.includes('due_work.failed'))).toEqual([]);
  });
});

describe('after an outage of ours', () => {
  it('supervision begins anew: nobody could have heard the stations', async () => {
    const before = await startTestWardline();
    wardline = before;
    await heard(BED);
    await before.app.close();
    await before.database.moveClock(3600);
    const after = await startTestWardline({ sharedWith: before });
    wardline = after;
    nodes = [after];
    admin = await signIn(after, 'admin');
    head = 0;
    try {
      await settled();
      expect(await told()).toEqual([]);
      await silentFor(STALE_SEC);
      await untilTold(`station.stale ${BED}`);
    } finally {
      await after.stop();
      await before.database.drop();
    }
  });
});
