import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { IdempotentCommands } from '../../../src/platform/idempotency/idempotent-commands.js';
import { asStation, request, Session, signIn, type AnyFrame } from '../../support/clients/client.js';
import {
  askAgain,
  closeAllCalls,
  logOf,
  outcomeOf,
  Person,
  readLog,
  TRANSPORTS,
  type CallCommand,
  type Outcome,
  type Transport,
} from '../../support/clients/person.js';
import { HeldTransaction } from '../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let anna: Person;
let ben: Person;
let dora: Person;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0', MAX_SESSIONS_PER_USER: '100' } });
  [anna, ben, dora] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-4'].map((name) => Person.come(wardline, name)))) as [
    Person,
    Person,
    Person,
  ];
  admin = await signIn(wardline, 'admin');
  for (const nurse of [anna, ben]) await nurse.startShift('icu');
});
afterAll(() => wardline.stop());
afterEach(() => closeAllCalls(admin));

let turn = 0;
function nextRoom(): string {
  return `icu-10${String((turn++ % 8) + 1)}`;
}

async function pendingCall(): Promise<AnyFrame> {
  const answer = await asStation(wardline, `${nextRoom()}-bed`)('POST', '/calls', { type: 'patient_normal' });
  expect(answer.status).toBe(201);
  return answer.body;
}

const WAYS: [Transport, Transport][] = TRANSPORTS.flatMap((first) => TRANSPORTS.map((second): [Transport, Transport] => [first, second]));

/** The answer, whatever the transport. */
function essence({ ok, code, call }: Outcome): unknown {
  return { ok, code, call };
}

describe('the same key and command give the first answer again', () => {
  it.each(WAYS)('accept: %s, then %s', async (first, second) => {
    const call = await pendingCall();
    const key = randomUUID();
    const original = await anna.command(first, 'accept', call.id, {}, key);
    expect(original).toMatchObject({ ok: true, call: { state: 'accepted', version: 2 } });
    for (let times = 0; times < 3; times++)
      expect(essence(await anna.command(second, 'accept', call.id, {}, key))).toEqual(essence(original));
    expect((await logOf(anna.session, 'icu', call.id)).map((event) => event.type)).toEqual(['call.pending', 'call.accepted']);
  });

  it.each(WAYS)('raise: %s, then %s; one call, and no repeat is counted', async (first, second) => {
    const key = randomUUID();
    const fields = { type: 'patient_normal', room_id: nextRoom() };
    const original = await anna.raise(first, fields, key);
    expect(original.ok).toBe(true);
    const again = await anna.raise(second, fields, key);
    expect(essence(again)).toEqual(essence(original));
    if (again.status !== undefined) expect(again.status).toBe(201);
    expect(await anna.call(original.call.id)).toMatchObject({ repeats: 0 });
    expect(await logOf(anna.session, 'icu', original.call.id)).toHaveLength(1);
  });

  it.each(WAYS)('%s, then %s: also after the call has gone on', async (first, second) => {
    const call = await pendingCall();
    const key = randomUUID();
    const original = await anna.command(first, 'accept', call.id, {}, key);
    for (const command of ['arrive', 'complete'] as const) expect((await anna.command('HTTP', command, call.id)).ok).toBe(true);
    const again = await anna.command(second, 'accept', call.id, {}, key);
    expect(essence(again)).toEqual(essence(original));
    expect(again.call.state).toBe('accepted');
    expect(await anna.call(call.id)).toMatchObject({ state: 'completed', version: 4 });
  });

  it.each(['accept', 'arrive', 'decline', 'cancel'] as CallCommand[])('%s is carried out once', async (command) => {
    const call = await pendingCall();
    const key = randomUUID();
    const original = await anna.command('HTTP', command, call.id, {}, key);
    const events = (await logOf(anna.session, 'icu', call.id)).length;
    for (const transport of TRANSPORTS)
      expect(essence(await anna.command(transport, command, call.id, {}, key))).toEqual(essence(original));
    expect(await logOf(anna.session, 'icu', call.id)).toHaveLength(events);
  });

  it('for the same user in another session', async () => {
    const call = await pendingCall();
    const key = randomUUID();
    const original = await anna.command('HTTP', 'accept', call.id, {}, key);
    const phone = await signIn(wardline, 'icu-nurse-1');
    const again = outcomeOf(await phone.post(`/calls/${call.id as string}/accept`, {}, { 'idempotency-key': key }));
    expect(again).toEqual(original);
  });

  it.each(TRANSPORTS)('%s: for shift.start, which does not start again a shift that has ended since', async (transport) => {
    const key = randomUUID();
    const start = async () =>
      transport === 'HTTP'
        ? dora.session.post('/departments/icu/shifts', undefined, { 'idempotency-key': key })
        : askAgain(dora.socket, { id: key, type: 'shift.start', data: { dept: 'icu' } });
    const first = await start();
    expect((await dora.endShift('icu')).type).toBe('ok');
    const head = (await readLog(anna.session, 'icu')).length;
    const again = await start();
    if (transport === 'HTTP') expect([again.status, again.body]).toEqual([first.status, first.body]);
    else expect(again).toEqual(first);
    expect((await readLog(anna.session, 'icu')).slice(head)).toEqual([]);
  });

  it('for a station that sends a key; without one every press counts', async () => {
    const room = nextRoom();
    const key = randomUUID();
    const press = (headers: Record<string, string> = {}) =>
      asStation(wardline, `${room}-bed`)('POST', '/calls', { type: 'patient_normal' }, headers);
    const first = await press({ 'idempotency-key': key });
    expect(first.status).toBe(201);
    const again = await press({ 'idempotency-key': key });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await press()).body).toMatchObject({ id: first.body.id, repeats: 1 });
    expect((await press()).body).toMatchObject({ id: first.body.id, repeats: 2 });
    expect((await press({ 'idempotency-key': key })).body).toEqual(first.body);
  });
});

describe('at once', () => {
  it('over both transports: one execution, the same answer to all', async () => {
    for (let round = 0; round < 5; round++) {
      const call = await pendingCall();
      const key = randomUUID();
      // A socket distinguishes its answers by their id only: one frame with the key on each of several sockets.
      const persons = [anna, ...(await Promise.all(Array.from({ length: 3 }, () => Person.come(wardline, 'icu-nurse-1'))))];
      const outcomes = await Promise.all(
        persons.flatMap((person) => TRANSPORTS.map((transport) => person.command(transport, 'accept', call.id, {}, key))),
      );
      for (const person of persons.slice(1)) person.socket.close();
      expect(outcomes[0]).toMatchObject({ ok: true, call: { state: 'accepted', version: 2, accepted_by: anna.id } });
      for (const outcome of outcomes) expect(essence(outcome)).toEqual(essence(outcomes[0] as Outcome));
      expect((await logOf(anna.session, 'icu', call.id)).map((event) => event.type)).toEqual(['call.pending', 'call.accepted']);
    }
  });

  it('twenty raises with one key are one call, answered 201 each time', async () => {
    const key = randomUUID();
    const fields = { type: 'patient_normal', room_id: nextRoom() };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => anna.raise('HTTP', fields, key)));
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
    expect(outcomes[0]).toMatchObject({ status: 201, call: { repeats: 0 } });
    expect(await anna.call(outcomes[0]?.call.id)).toMatchObject({ repeats: 0 });
  });

  it('on two nodes: one execution, the same answer', async () => {
    const other = await startTestWardline({ sharedWith: wardline });
    try {
      const there = new Session(other, anna.session.cookie, anna.session.csrf, anna.session.user);
      for (let round = 0; round < 5; round++) {
        const call = await pendingCall();
        const headers = { 'idempotency-key': randomUUID() };
        const path = `/calls/${call.id as string}/accept`;
        const answers = await Promise.all([anna.session, there, anna.session, there].map((session) => session.post(path, {}, headers)));
        for (const answer of answers) expect([answer.status, answer.body]).toEqual([200, answers[0]?.body]);
        expect(await logOf(there, 'icu', call.id)).toHaveLength(2);
      }
    } finally {
      await other.stop();
    }
  });
});

describe('the key with another command is refused: 422 IDEMPOTENCY_KEY_REUSED', () => {
  const OTHERS: [string, (person: Person, transport: Transport, calls: [string, string], key: string) => Promise<Outcome>][] = [
    ['another command on the call', (person, transport, [call], key) => person.command(transport, 'arrive', call, {}, key)],
    ['the same command on another call', (person, transport, [, call], key) => person.command(transport, 'accept', call, {}, key)],
    [
      'the same command with another version',
      (person, transport, [call], key) => person.command(transport, 'accept', call, { version: 1 }, key),
    ],
    ['a raise', (person, transport, _, key) => person.raise(transport, { type: 'service_request', room_id: 'icu-108' }, key)],
  ];
  for (const [first, second] of WAYS) {
    it.each(OTHERS)(`${first}, then ${second}: %s`, async (_, send) => {
      const [call, other] = [await pendingCall(), await pendingCall()];
      const key = randomUUID();
      const original = await anna.command(first, 'accept', call.id, {}, key);
      expect(original.ok).toBe(true);
      const refused = await send(anna, second, [call.id, other.id], key);
      expect(refused).toMatchObject({ ok: false, code: 'IDEMPOTENCY_KEY_REUSED' });
      if (refused.status !== undefined) expect(refused.status).toBe(422);
      expect(await anna.call(call.id)).toMatchObject({ state: 'accepted', version: 2 });
      expect(await anna.call(other.id)).toMatchObject({ state: 'pending', version: 1 });
      expect((await anna.session.get('/calls?dept=icu&state=open')).body.items).toHaveLength(2);
      // And the first answer is still there.
      expect(essence(await anna.command(second, 'accept', call.id, {}, key))).toEqual(essence(original));
    });
  }

  it('a raise with another type or room', async () => {
    const key = randomUUID();
    const room = nextRoom();
    expect((await anna.raise('HTTP', { type: 'patient_normal', room_id: room }, key)).status).toBe(201);
    for (const fields of [
      { type: 'service_request', room_id: room },
      { type: 'patient_normal', room_id: nextRoom() },
      { type: 'patient_normal', room_id: room, bed_id: `${room}-a` },
    ]) {
      expect(await anna.raise('HTTP', fields, key)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    }
    expect((await anna.session.get('/calls?dept=icu&state=open')).body.items).toHaveLength(1);
  });

  it('for a station, too', async () => {
    const call = asStation(wardline, `${nextRoom()}-bed`);
    const headers = { 'idempotency-key': randomUUID() };
    expect((await call('POST', '/calls', { type: 'patient_normal' }, headers)).status).toBe(201);
    const refused = await call('POST', '/calls', { type: 'code_blue' }, headers);
    expect([refused.status, refused.body.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });
});

describe('a key belongs to a user or station', () => {
  it('different users may use the same key', async () => {
    const [call, other] = [await pendingCall(), await pendingCall()];
    const key = randomUUID();
    expect(await anna.command('HTTP', 'accept', call.id, {}, key)).toMatchObject({ status: 200, call: { accepted_by: anna.id } });
    expect(await ben.command('HTTP', 'accept', other.id, {}, key)).toMatchObject({
      status: 200,
      call: { id: other.id, accepted_by: ben.id },
    });
    expect(await ben.command('WebSocket', 'accept', other.id, {}, key)).toMatchObject({
      ok: true,
      call: { id: other.id, accepted_by: ben.id },
    });
  });

  it("another user with the same key and command does not get the first one's answer", async () => {
    const call = await pendingCall();
    const key = randomUUID();
    expect((await anna.command('HTTP', 'accept', call.id, {}, key)).status).toBe(200);
    expect(await ben.command('HTTP', 'accept', call.id, {}, key)).toMatchObject({ status: 409, code: 'CALL_ALREADY_ACCEPTED' });
  });

  it('different stations, and a station and a user, may use the same key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const ids: string[] = [];
    for (const station of ['icu-101-bed', 'icu-102-bed', 'med-201-bed']) {
      const answer = await asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' }, headers);
      expect(answer.status).toBe(201);
      ids.push(answer.body.id);
    }
    const byAnna = await anna.raise('HTTP', { type: 'patient_normal', room_id: 'icu-103' }, headers['idempotency-key']);
    expect(byAnna.status).toBe(201);
    expect(new Set([...ids, byAnna.call.id]).size).toBe(4);
  });
});

describe('refusals', () => {
  it.each(WAYS)('that are for good are kept: a lost accept stays lost (%s, then %s)', async (first, second) => {
    const call = await pendingCall();
    const key = randomUUID();
    await anna.command('HTTP', 'accept', call.id);
    const lost = await ben.command(first, 'accept', call.id, {}, key);
    expect(lost).toMatchObject({ ok: false, code: 'CALL_ALREADY_ACCEPTED', call: { accepted_by: anna.id } });
    expect((await anna.command('HTTP', 'decline', call.id)).call.state).toBe('pending');
    // The refusal is the first one; the call that it shows is the one of now.
    expect(await ben.command(second, 'accept', call.id, {}, key)).toMatchObject({
      ...{ ok: false, code: lost.code },
      call: { id: call.id, state: 'pending' },
    });
    expect((await anna.call(call.id)).state).toBe('pending');
    expect((await ben.command(second, 'accept', call.id)).ok).toBe(true);
  });

  it.each(WAYS)('a stale version is kept, too (%s, then %s)', async (first, second) => {
    const call = await pendingCall();
    const key = randomUUID();
    await anna.command('HTTP', 'accept', call.id);
    const stale = await ben.command(first, 'arrive', call.id, { version: 1 }, key);
    expect(stale).toMatchObject({ ok: false, code: 'CALL_VERSION_STALE', call: { version: 2 } });
    await anna.command('HTTP', 'arrive', call.id);
    expect(await ben.command(second, 'arrive', call.id, { version: 1 }, key)).toMatchObject({
      ...{ ok: false, code: stale.code },
      call: { id: call.id, state: 'in_progress' },
    });
  });

  it('keep no call: whoever has left the department is not shown it again', async () => {
    const call = await pendingCall();
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/calls/${call.id as string}/accept`;
    await anna.command('HTTP', 'accept', call.id);
    const carla = await signIn(wardline, 'icu-nurse-3');
    expect(outcomeOf(await carla.post(path, {}, headers))).toMatchObject({ status: 409, call: { id: call.id } });
    const [row] = await wardline.database.query('SELECT answer::text AS answer FROM idempotency_keys WHERE key = $1', [
      headers['idempotency-key'],
    ]);
    expect(row?.['answer']).toContain(call.id);
    expect(row?.['answer']).not.toContain(call.room_id);
    await wardline.database.query('DELETE FROM memberships WHERE staff_id = $1', [carla.user.id]);
    try {
      expect(outcomeOf(await carla.post(path, {}, headers))).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    } finally {
      await wardline.database.query(`INSERT INTO memberships (staff_id, dept_id) VALUES ($1, 'icu')`, [carla.user.id]);
    }
  });

  it.each(WAYS)('that depend on the moment are not kept: 403 off duty, then in order (%s, then %s)', async (first, second) => {
    const call = await pendingCall();
    const key = randomUUID();
    expect((await dora.command(first, 'accept', call.id, {}, key)).ok).toBe(false);
    await dora.startShift('icu');
    try {
      expect(await dora.command(second, 'accept', call.id, {}, key)).toMatchObject({ ok: true, call: { accepted_by: dora.id } });
    } finally {
      await dora.endShift('icu');
    }
  });

  it('of CSRF (403) and of no session (401) use no key up', async () => {
    const call = await pendingCall();
    const headers = { 'idempotency-key': randomUUID() };
    const path = `/calls/${call.id as string}/accept`;
    expect((await anna.session.post(path, {}, { ...headers, 'x-csrf-token': 'wrong' })).status).toBe(403);
    expect((await anna.session.post(path, {}, { ...headers, cookie: '__Host-wardline=gone' })).status).toBe(401);
    expect((await anna.session.post(path, {}, headers)).status).toBe(200);
  });
});

describe('people need a key', () => {
  const PATHS = (id: string) => [
    '/calls',
    ...['accept', 'decline', 'arrive', 'complete', 'cancel'].map((command) => `/calls/${id}/${command}`),
  ];

  it('without one: 400 IDEMPOTENCY_KEY_REQUIRED, and nothing happens', async () => {
    const call = await pendingCall();
    for (const path of PATHS(call.id)) {
      const body = path === '/calls' ? { type: 'service_request', room_id: 'icu-108' } : {};
      expect((await anna.session.post(path, body, { 'idempotency-key': '' })).status).toBe(400);
      const absent = await withoutKey(path, body);
      expect([absent.status, absent.body.error.code]).toEqual([400, 'IDEMPOTENCY_KEY_REQUIRED']);
    }
    expect((await anna.session.get('/calls?dept=icu&state=open')).body.items).toEqual([call]);
  });

  it.each(['1', 'not-a-uuid', '00000000-0000-0000-0000-00000000000g', 'x'.repeat(5000), '{"a":1}'])(
    'a key that is no UUID is refused with 400: %s',
    async (key) => {
      const call = await pendingCall();
      for (const path of PATHS(call.id)) {
        const answer = await anna.session.post(path, path === '/calls' ? { type: 'service_request', room_id: 'icu-108' } : {}, {
          'idempotency-key': key,
        });
        expect(answer.status).toBe(400);
      }
      const press = await asStation(wardline, 'icu-107-bath')('POST', '/calls', { type: 'patient_normal' }, { 'idempotency-key': key });
      expect(press.status).toBe(400);
      expect((await anna.session.get('/calls?dept=icu&state=open')).body.items).toEqual([call]);
    },
  );

  function withoutKey(path: string, body: unknown) {
    return request(wardline, 'POST', `/api/v1${path}`, {
      body,
      headers: { cookie: anna.session.cookie, 'x-csrf-token': anna.session.csrf },
    });
  }
});

describe('keys of one person are bounded', () => {
  it('the newest ten thousand stay, and whatever has had its day goes, in one run', async () => {
    const insert = `INSERT INTO idempotency_keys (actor, key, command_hash, answer, created_at)
      SELECT $1, gen_random_uuid(), '', '{"result":null}', app_now() - $3::interval - n * interval '1 millisecond' FROM generate_series(1, $2::int) n`;
    await wardline.database.query(insert, ['staff:busy', 12_500, '1 hour']);
    await wardline.database.query(insert, ['staff:calm', 9000, '2 hours']);
    await wardline.database.query(insert, ['staff:gone', 3500, '25 hours']);
    await wardline.app.get(IdempotentCommands, { strict: false }).purge();
    const rows = await wardline.database.query(
      `SELECT actor, count(*)::int AS count, max(created_at) - min(created_at) < interval '10 seconds' AS newest
       FROM idempotency_keys WHERE actor LIKE 'staff:%m' OR actor IN ('staff:busy', 'staff:gone') GROUP BY actor ORDER BY actor`,
    );
    expect(rows).toEqual([
      { actor: 'staff:busy', count: 10_000, newest: true },
      { actor: 'staff:calm', count: 9000, newest: true },
    ]);
  });
});

// Last in the file: it moves the time of all of them by days.
describe('a key is kept for 24 h', () => {
  it('23 h later the first answer still comes, 25 h later the command is a new one', async () => {
    const HOUR = 3600;
    const room = 'icu-105';
    const fields = { type: 'patient_normal', room_id: room };
    const [raiseKey, acceptKey] = [randomUUID(), randomUUID()];
    const raised = await anna.raise('HTTP', fields, raiseKey);
    const accepted = await anna.command('HTTP', 'accept', raised.call.id, {}, acceptKey);
    expect((await anna.command('HTTP', 'cancel', raised.call.id)).ok).toBe(true);
    const command = async (session: Session) => ({
      raise: outcomeOf(await session.post('/calls', fields, { 'idempotency-key': raiseKey })),
      accept: outcomeOf(await session.post(`/calls/${raised.call.id as string}/accept`, {}, { 'idempotency-key': acceptKey })),
    });

    await wardline.database.moveClock(23 * HOUR);
    const nextDay = await command(await signIn(wardline, 'icu-nurse-1'));
    expect(nextDay).toEqual({ raise: raised, accept: accepted });

    await wardline.database.moveClock(2 * HOUR);
    const tooLate = await command(await signIn(wardline, 'icu-nurse-1'));
    expect(tooLate.raise.status).toBe(201);
    expect(tooLate.raise.call.id).not.toBe(raised.call.id);
    expect(tooLate.accept).toMatchObject({ status: 409, call: { id: raised.call.id, state: 'cancelled' } });
    admin = await signIn(wardline, 'admin');
  });
});

it('a key that is used again while it is just being removed for its age keeps its new answer', async () => {
  const key = randomUUID();
  const press = (station: string) => asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' }, { 'idempotency-key': key });
  const station = `${nextRoom()}-bed`;
  expect((await press(station)).status).toBe(201);
  await closeAllCalls(admin);
  await wardline.database.query(`UPDATE idempotency_keys SET created_at = created_at - interval '25 hours' WHERE key = $1`, [key]);
  const held = await HeldTransaction.begin(wardline);
  try {
    await held.query('SELECT FROM dept_stream WHERE dept_id = $1 FOR UPDATE', ['icu']);
    const pressing = press(station);
    await held.untilWaiting('%append_events%');
    const purging = wardline.app.get(IdempotentCommands).purge();
    await held.untilWaiting('DELETE FROM "idempotency_keys"%');
    await held.commit();
    await purging;
    const call = (await pressing).body;
    expect(await wardline.database.query('SELECT FROM idempotency_keys WHERE key = $1', [key])).toHaveLength(1);
    expect((await press(station)).body).toEqual(call);
  } finally {
    await held.commit();
  }
});
