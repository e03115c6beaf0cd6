import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { asStation, request, Session, signIn, Socket, type AnyFrame } from '../../support/clients/client.js';
import { closeAllCalls, logOf, Person, readLog } from '../../support/clients/person.js';
import { askForUpgrade, connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** These tests are about the protocol: no limit of rates or connections shall come between. */
const UNLIMITED = {
  CLIENT_RATE_LIMIT: '100000/1',
  CONNECT_RATE_LIMIT: '0',
  MAX_CONNECTIONS_PER_SESSION: '1000',
  MAX_CONNECTIONS_PER_USER: '1000',
};

let wardline: TestWardline;
let anna: Session;
let ben: Session;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { ...UNLIMITED, REPLAY_LIMIT: '40', POLL_BATCH_SIZE: '7' } });
  [anna, ben, admin] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'admin'].map((name) => signIn(wardline, name)))) as [
    Session,
    Session,
    Session,
  ];
  // A nurse is on duty throughout: no call is unattended, and each has its effect in one event.
  expect((await ben.post('/departments/icu/shifts')).status).toBeLessThan(300);
});
afterAll(() => wardline.stop());
afterEach(() => closeAllCalls(admin));

function open(session = anna, target = wardline): Promise<Socket> {
  return Socket.open(target, session.cookie);
}

/** A press and its cancel: two events of icu. */
async function twoEvents(station = 'icu-101-bed', target = wardline): Promise<void> {
  for (const code of ['staff_meeting', 'quiet_hours']) {
    const answer = await request(target, 'POST', `/api/v1/departments/${station.split('-')[0] ?? ''}/notices`, {
      body: { code },
      headers: { cookie: admin.cookie, 'x-csrf-token': admin.csrf },
    });
    expect(answer.status).toBe(201);
  }
}

async function headOf(dept: string, session = anna): Promise<number> {
  return (await session.get(`/departments/${dept}/snapshot`)).body.seq as number;
}

/** A command about a call that does not exist: it changes nothing, and touches no foreign object. */
const NOTHING = () => ({ type: 'call.accept', data: { call_id: randomUUID() } });

/** Resolves when the server has dealt with all that was sent before: the answer to a command that changes nothing. */
async function roundTrip(socket: Socket): Promise<void> {
  const answer = await socket.ask(NOTHING());
  expect(answer.code).toBe('NOT_FOUND');
  socket.frames.splice(socket.frames.indexOf(answer), 1);
}

/** With an id, as the table of frames has it: only `ack` and `pong` are said to have none. */
function ping(socket: Socket, t: number): void {
  socket.send({ type: 'ping', t });
}

describe('the upgrade', () => {
  it.each(['/', '/wss', '/ws2', '/ws/x', '/%77%73x', '/..%2fws'])('path %s is refused with 404 and a JSON body', async (path) => {
    for (const headers of [{ cookie: anna.cookie }, {}, { cookie: anna.cookie, origin: 'https://evil.example' }]) {
      const upgrade = await askForUpgrade(wardline, path, headers);
      expect(upgrade.status).toBe(404);
      expect(JSON.parse(upgrade.body)).toMatchObject({
        error: { code: expect.any(String) as string, message: expect.any(String) as string },
      });
    }
  });

  it.each([
    ['/livez', 200],
    ['/api/v1/auth/session', 200],
    ['/api/v1/ws', 404],
  ])('at %s is ignored: the request is answered as if it had asked for none', async (path, status) => {
    expect((await askForUpgrade(wardline, path, { cookie: anna.cookie })).status).toBe(status);
  });

  it('that asks only for unknown subprotocols is refused with 400 and a JSON body', async () => {
    for (const protocol of ['wardline.v2', 'chat, superchat', 'WARDLINE.V1x']) {
      const upgrade = await askForUpgrade(wardline, '/ws', { cookie: anna.cookie, 'sec-websocket-protocol': protocol });
      expect(upgrade.status).toBe(400);
      expect(JSON.parse(upgrade.body)).toMatchObject({
        error: { code: expect.any(String) as string, message: expect.any(String) as string },
      });
      expect(upgrade.body).not.toContain(protocol);
    }
  });

  it('that asks for several gets wardline.v1', async () => {
    const upgrade = await askForUpgrade(wardline, '/ws', { cookie: anna.cookie, 'sec-websocket-protocol': 'chat, wardline.v1' });
    expect([upgrade.status, upgrade.headers['sec-websocket-protocol']]).toEqual([101, 'wardline.v1']);
  });

  it('that asks for no subprotocol is accepted and speaks wardline.v1', async () => {
    const ws = new WebSocket(`${wardline.url.replace('http', 'ws')}/ws`, { ca: wardline.ca, headers: { cookie: anna.cookie } });
    const hello = await new Promise<string>((resolve, reject) => {
      ws.on('message', (data: Buffer) => {
        resolve(data.toString());
      });
      ws.on('error', reject);
    });
    expect(JSON.parse(hello)).toMatchObject({ type: 'hello' });
    ws.close();
  });

  it('a foreign Origin is refused before the session is looked at', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { origin: 'https://evil.example', cookie: '__Host-wardline=x' }]) {
      expect((await askForUpgrade(wardline, '/ws', headers)).status).toBe(403);
    }
  });

  it('that is no proper one is refused with a 4xx', async () => {
    const plain = await askForUpgrade(wardline, '/ws', { cookie: anna.cookie, connection: 'close', upgrade: '' });
    expect(plain.status).toBeGreaterThanOrEqual(400);
    for (const headers of [{ 'sec-websocket-version': '7' }, { 'sec-websocket-key': 'short' }, { upgrade: 'h2c' }] as Record<
      string,
      string
    >[]) {
      const upgrade = await askForUpgrade(wardline, '/ws', { cookie: anna.cookie, ...headers });
      expect(upgrade.status).toBeGreaterThanOrEqual(400);
      expect(upgrade.status).toBeLessThan(500);
    }
  });

  it('without a session cookie is accepted, then closed with 4001, and no frame is handled', async () => {
    for (const cookie of [undefined, 'other=1', 'wardline=x']) {
      const closed = await connectUntilClosed(wardline, {
        ...(cookie !== undefined && { cookie }),
        send: [JSON.stringify({ id: randomUUID(), type: 'subscribe', dept: 'icu' })],
      });
      expect([closed.code, closed.frames]).toEqual([4001, []]);
    }
  });

  it('with a bad session cookie is accepted, then closed with 4002, and no frame is handled', async () => {
    for (const value of ['x', 'x.y', `${'A'.repeat(43)}.${'A'.repeat(43)}`]) {
      const closed = await connectUntilClosed(wardline, {
        cookie: `__Host-wardline=${value}`,
        send: [JSON.stringify({ id: randomUUID(), type: 'subscribe', dept: 'icu' })],
      });
      expect([closed.code, closed.frames]).toEqual([4002, []]);
    }
  });

  it('a frame sent at once waits for the hello, and is then handled as the session’s user', async () => {
    const socket = await open();
    const id = socket.send({ type: 'subscribe', dept: 'icu' });
    await socket.until((frame) => frame.re === id && frame.type === 'ok');
    expect(socket.frames[0]).toMatchObject({ type: 'hello', user: { id: anna.user.id } });
    socket.close();
  });
});

describe('hello', () => {
  it('is the first frame: connection, server, epoch, user, heartbeat and limits', async () => {
    const [one, two] = [await open(), await open()];
    for (const socket of [one, two]) await socket.until((frame) => frame.type === 'hello');
    expect(one.frames[0]).toMatchObject({
      type: 'hello',
      connection_id: expect.any(String) as string,
      server_id: expect.any(String) as string,
      epoch: (await anna.get('/departments/icu/snapshot')).body.epoch as string,
      user: { id: anna.user.id, name: anna.user.name, role: 'nurse', departments: ['icu'] },
      heartbeat_sec: 25,
      limits: { max_payload: 65536, messages: expect.any(Number) as number, per_sec: expect.any(Number) as number },
    });
    expect(one.frames[0].connection_id).not.toBe(two.frames[0].connection_id);
    expect(one.frames[0].server_id).toBe(two.frames[0].server_id);
    for (const socket of [one, two]) socket.close();
  });

  it('tells the limit as it is set', async () => {
    const other = await startTestWardline({ sharedWith: wardline, env: { MAX_PAYLOAD_BYTES: '2048', CLIENT_RATE_LIMIT: '7/3' } });
    try {
      const socket = await open(anna, other);
      expect((await socket.until((frame) => frame.type === 'hello')).limits).toEqual({ max_payload: 2048, messages: 7, per_sec: 3 });
      socket.ws.send('x'.repeat(2049));
      expect((await socket.untilClosed()).code).toBe(1009);
    } finally {
      await other.stop();
    }
  });
});

describe('subscribe', () => {
  let epoch: string;
  beforeAll(async () => {
    for (let times = 0; times < 5; times++) await twoEvents();
    epoch = (await anna.get('/departments/icu/snapshot')).body.epoch as string;
  });

  it('without after: ok with recovered false, and a snapshot of the open calls and staff read at one instant', async () => {
    const press = await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
    const head = await headOf('icu');
    const socket = await open();
    const answer = await socket.ask({ type: 'subscribe', dept: 'icu' });
    expect(answer).toMatchObject({ type: 'ok', data: { dept: 'icu', epoch, recovered: false, head } });
    const snapshot = await socket.until((frame) => frame.type === 'snapshot');
    expect(snapshot).toMatchObject({ type: 'snapshot', re: answer.re, dept: 'icu', epoch, seq: head });
    expect(snapshot.data.calls).toEqual([(await anna.get('/departments/icu/snapshot')).body.data.calls[0]]);
    expect(snapshot.data.calls[0]).toMatchObject({ id: press.body.id });
    expect(snapshot.data.staff).toEqual((await anna.get('/departments/icu/snapshot')).body.data.staff);
    await twoEvents();
    await socket.until((frame) => frame.seq === head + 2);
    expect(socket.events('icu').map((event) => event.seq)).toEqual([head + 1, head + 2]);
    socket.close();
  });

  it('with after: ok with recovered true and from = after + 1, then exactly the missed events in order, as the log has them', async () => {
    const log = await readLog(anna, 'icu');
    const head = log.at(-1).seq as number;
    for (const after of [0, 1, head - 3, head - 1].filter((seq) => head - seq <= 40)) {
      const socket = await open();
      const answer = await socket.ask({ type: 'subscribe', dept: 'icu', after, epoch });
      expect(answer).toMatchObject({ type: 'ok', data: { dept: 'icu', epoch, recovered: true, from: after + 1, head } });
      await socket.until((frame) => frame.seq === head);
      await roundTrip(socket);
      expect(socket.events('icu')).toEqual(log.slice(after).map((event) => ({ dept: 'icu', ...event })));
      expect(socket.frames.some((frame) => frame.type === 'snapshot')).toBe(false);
      const order = socket.frames.map((frame) => frame.type);
      expect(order.indexOf('ok')).toBeLessThan(socket.frames.findIndex((frame) => frame.seq === after + 1));
      socket.close();
    }
  });

  it('with after = head: recovered, nothing missed, and the next event is head + 1', async () => {
    const head = await headOf('icu');
    const socket = await open();
    expect(await socket.ask({ type: 'subscribe', dept: 'icu', after: head })).toMatchObject({
      data: { recovered: true, from: head + 1, head },
    });
    await twoEvents();
    await socket.until((frame) => frame.seq === head + 2);
    expect(socket.events('icu').map((event) => event.seq)).toEqual([head + 1, head + 2]);
    socket.close();
  });

  it.each([
    ['another epoch is named', (head: number) => ({ after: head - 1, epoch: 'another' })],
    ['after lies behind the head', (head: number) => ({ after: head + 1 })],
    ['after lies far behind the head', () => ({ after: Number.MAX_SAFE_INTEGER })],
    ['only an epoch is named', () => ({ epoch })],
  ])('gets a snapshot when %s, and goes on from there', async (_, fields) => {
    const head = await headOf('icu');
    const socket = await open();
    const answer = await socket.ask({ type: 'subscribe', dept: 'icu', ...fields(head) });
    expect(answer).toMatchObject({ type: 'ok', data: { recovered: false, head, epoch } });
    expect(await socket.until((frame) => frame.type === 'snapshot')).toMatchObject({ re: answer.re, seq: head, epoch });
    await twoEvents();
    await socket.until((frame) => frame.seq === head + 2);
    expect(socket.events('icu').map((event) => event.seq)).toEqual([head + 1, head + 2]);
    socket.close();
  });

  it('replays a gap of REPLAY_LIMIT, and answers a larger one with a snapshot', async () => {
    while ((await headOf('icu')) < 45) await twoEvents();
    const head = await headOf('icu');
    const [fits, exceeds] = [await open(), await open()];
    expect((await fits.ask({ type: 'subscribe', dept: 'icu', after: head - 40 })).data).toMatchObject({
      recovered: true,
      from: head - 39,
      head,
    });
    await fits.until((frame) => frame.seq === head);
    expect(fits.events('icu').map((event) => event.seq)).toEqual(Array.from({ length: 40 }, (_, index) => head - 39 + index));
    expect((await exceeds.ask({ type: 'subscribe', dept: 'icu', after: head - 41 })).data).toMatchObject({ recovered: false, head });
    expect(await exceeds.until((frame) => frame.type === 'snapshot')).toMatchObject({ seq: head });
    expect(exceeds.events('icu')).toEqual([]);
    for (const socket of [fits, exceeds]) socket.close();
  });

  it('again on the same connection starts anew, and goes on without hole or double', async () => {
    const socket = await open();
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    await twoEvents();
    const head = await headOf('icu');
    await socket.until((frame) => frame.seq === head && frame.type !== 'snapshot');
    const second = await socket.ask({ type: 'subscribe', dept: 'icu', after: head - 2 });
    expect(second).toMatchObject({ type: 'ok', data: { recovered: true, from: head - 1, head } });
    await twoEvents();
    await socket.until((frame) => frame.seq === head + 2);
    await roundTrip(socket);
    const since = socket.frames.slice(socket.frames.indexOf(second)).filter((frame) => typeof frame.seq === 'number');
    expect(since.map((event) => event.seq)).toEqual([head - 1, head, head + 1, head + 2]);
    socket.close();
  });

  it('to several departments keeps them apart', async () => {
    const socket = await open(admin);
    for (const dept of ['icu', 'med', 'surg']) expect((await socket.ask({ type: 'subscribe', dept })).type).toBe('ok');
    const heads = Object.fromEntries(
      await Promise.all(['icu', 'med', 'surg'].map(async (dept): Promise<[string, number]> => [dept, await headOf(dept, admin)])),
    );
    await Promise.all(
      ['icu-103-bed', 'med-203-bed', 'surg-303-bed'].map((station) =>
        twoEvents(wardline.firstRun.stations.find(({ id }) => id === station)?.id ?? 'icu-104-bed'),
      ),
    );
    for (const dept of ['icu', 'med', 'surg']) {
      const head = await headOf(dept, admin);
      await eventually(
        () => (socket.events(dept).at(-1)?.seq === head || head === heads[dept] ? true : undefined),
        `the events of ${dept}`,
      );
      expect(socket.events(dept).map((event) => event.seq)).toEqual(
        Array.from({ length: head - (heads[dept] ?? 0) }, (_, index) => (heads[dept] ?? 0) + 1 + index),
      );
    }
    socket.close();
  });

  it.each(['med', 'nowhere', 'a'])('to %s, a department that one does not belong to or that does not exist: NOT_FOUND', async (dept) => {
    const socket = await open();
    const answer = await socket.ask({ type: 'subscribe', dept });
    expect(answer).toMatchObject({ type: 'error', code: 'NOT_FOUND', retryable: false });
    expect(answer.message).not.toContain(dept === 'a' ? "'a'" : dept);
    socket.close();
  });
});

describe('unsubscribe', () => {
  it('is answered ok; no further event of the department comes, and a later subscribe works', async () => {
    const [leaver, watcher] = [await open(), await open(ben)];
    for (const socket of [leaver, watcher]) await socket.ask({ type: 'subscribe', dept: 'icu' });
    expect((await leaver.ask({ type: 'unsubscribe', dept: 'icu' })).type).toBe('ok');
    await twoEvents();
    const head = await headOf('icu');
    await watcher.until((frame) => frame.seq === head);
    await roundTrip(leaver);
    expect(leaver.events('icu')).toEqual([]);
    expect((await leaver.ask({ type: 'subscribe', dept: 'icu', after: head - 1 })).data).toMatchObject({ recovered: true, from: head });
    await leaver.until((frame) => frame.seq === head);
    for (const socket of [leaver, watcher]) socket.close();
  });
});

describe('seq is contiguous: nothing falls between history and live', () => {
  interface Stream {
    from: number;
    events: AnyFrame[];
  }

  /** The stream of a socket since its last subscribe: where it starts, and what came. */
  function lastStream(socket: Socket): Stream {
    const start = socket.frames.findLastIndex((frame) => frame.type === 'ok' && frame.data?.recovered !== undefined);
    const answer = socket.frames[start].data;
    const rest = socket.frames.slice(start + 1).filter((frame) => frame.dept === 'icu' && typeof frame.seq === 'number');
    if (answer.recovered === true) return { from: answer.from, events: rest };
    expect(rest[0]).toMatchObject({ type: 'snapshot' });
    return { from: rest[0].seq + 1, events: rest.slice(1) };
  }

  it('for those who join, resume and join again at random moments while events flow', async () => {
    const ROUNDS = 4;
    const JOINERS = 24;
    const stations = wardline.firstRun.stations.filter(({ dept }) => dept === 'icu');
    for (let round = 0; round < ROUNDS; round++) {
      let flowing = true;
      const presser = async (id: string) => {
        const call = asStation(wardline, id);
        let presses = 0;
        while (flowing) {
          const press = await call('POST', '/calls', { type: presses++ % 3 === 0 ? 'service_request' : 'patient_normal' });
          expect(press.status).toBe(201);
          await call('POST', `/calls/${press.body.id as string}/cancel`, {});
        }
        return presses;
      };
      const joiner = async (index: number): Promise<Socket> => {
        await sleep(Math.random() * 700);
        const socket = await open(index % 2 === 0 ? anna : ben);
        const subscribe = async () => {
          const near = Math.max(0, (await headOf('icu')) - Math.floor(Math.random() * 30));
          const after = [undefined, near, near + 2, 0, Number.MAX_SAFE_INTEGER][Math.floor(Math.random() * 5)];
          expect((await socket.ask({ type: 'subscribe', dept: 'icu', ...(after !== undefined && { after }) })).type).toBe('ok');
        };
        await subscribe();
        for (let again = index % 3; again > 0; again--) {
          await sleep(Math.random() * 150);
          if (index % 4 === 3) expect((await socket.ask({ type: 'unsubscribe', dept: 'icu' })).type).toBe('ok');
          await subscribe();
        }
        return socket;
      };
      const pressers = stations.slice(0, 12).map(({ id }) => presser(id));
      const sockets = await Promise.all(Array.from({ length: JOINERS }, (_, index) => joiner(index)));
      flowing = false;
      // Events flowed while they joined, on a slow machine too.
      expect((await Promise.all(pressers)).reduce((sum, presses) => sum + presses, 0)).toBeGreaterThan(0);

      const log = await readLog(anna, 'icu');
      const head = log.at(-1).seq as number;
      expect(log.map((event) => event.seq)).toEqual(log.map((_, index) => index + 1));
      for (const socket of sockets) {
        await eventually(
          () => (lastStream(socket).events.at(-1)?.seq === head || lastStream(socket).from === head + 1 ? true : undefined),
          `event ${String(head)} at every reader`,
        );
        const { from, events } = lastStream(socket);
        expect(events.map((event) => event.seq)).toEqual(log.slice(from - 1).map((event) => event.seq));
        expect(events).toEqual(log.slice(from - 1).map((event) => ({ dept: 'icu', ...event })));
        expect(socket.frames.filter((frame) => frame.type === 'error' || frame.type === 'skipped')).toEqual([]);
        socket.close();
      }
    }
  });

  it('a snapshot holds what the log says up to its seq, no more and no less', async () => {
    let flowing = true;
    const presser = async (id: string) => {
      const call = asStation(wardline, id);
      while (flowing) {
        const press = await call('POST', '/calls', { type: 'patient_normal' });
        await call('POST', `/calls/${press.body.id as string}/cancel`, {});
      }
    };
    const pressers = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed', 'icu-105-bed'].map(presser);
    const snapshots: AnyFrame[] = [];
    for (let times = 0; times < 15; times++) {
      const socket = await open();
      await socket.ask({ type: 'subscribe', dept: 'icu' });
      snapshots.push(await socket.until((frame) => frame.type === 'snapshot'));
      snapshots.push((await anna.get('/departments/icu/snapshot')).body);
      socket.close();
    }
    flowing = false;
    await Promise.all(pressers);
    const log = await readLog(anna, 'icu');
    for (const snapshot of snapshots) {
      const calls = new Map<string, AnyFrame>();
      for (const event of log.slice(0, snapshot.seq)) if (event.data.call) calls.set(event.data.call_id, event.data.call);
      const openThen = [...calls.values()].filter((call) => ['pending', 'accepted', 'in_progress'].includes(call.state));
      const byId = (list: AnyFrame[]) => list.map((call) => [call.id, call.state, call.version]).sort();
      expect(byId(snapshot.data.calls)).toEqual(byId(openThen));
    }
  });
});

describe('ack and ping', () => {
  it('ack is accepted silently', async () => {
    const socket = await open();
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    await twoEvents();
    const head = await headOf('icu');
    await socket.until((frame) => frame.seq === head && frame.type !== 'snapshot');
    const before = socket.frames.length;
    for (const seq of [head - 1, head, head, head - 1, 0]) socket.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq }));
    await roundTrip(socket);
    await socket.ask({ type: 'unsubscribe', dept: 'icu' });
    const since = socket.frames.slice(before).filter((frame) => frame.type !== 'department.summary');
    expect(since.map((frame) => frame.type)).toEqual(['ok']);
    socket.close();
  });

  it('pong, which has no id, is accepted silently', async () => {
    const socket = await open();
    await socket.until((frame) => frame.type === 'hello');
    socket.ws.send(JSON.stringify({ type: 'pong', t: 1700000000000 }));
    await roundTrip(socket);
    expect(socket.frames.map((frame) => frame.type)).toEqual(['hello']);
    socket.close();
  });

  it('ping is answered with a pong of the same t', async () => {
    const socket = await open();
    await socket.until((frame) => frame.type === 'hello');
    ping(socket, 1700000000001);
    expect(await socket.until((frame) => frame.type === 'pong')).toEqual({ type: 'pong', t: 1700000000001 });
    expect(socket.frames.map((frame) => frame.type)).toEqual(['hello', 'pong']);
    socket.close();
  });

  it('they do not use the places of waiting commands up: hundreds of them raise no error', async () => {
    const socket = await open();
    await socket.ask({ type: 'subscribe', dept: 'icu' });
    for (let times = 0; times < 300; times++) socket.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq: 1 }));
    for (let t = 0; t < 300; t++) ping(socket, t);
    await socket.until((frame) => frame.type === 'pong' && frame.t === 299);
    expect(socket.frames.filter((frame) => frame.type === 'pong').map((frame) => frame.t)).toEqual(
      Array.from({ length: 300 }, (_, t) => t),
    );
    expect(socket.frames.filter((frame) => frame.type === 'error')).toEqual([]);
    socket.close();
  });
});

describe('a bad frame gets an error frame, never silence, and never the payload back', () => {
  const MARK = 'zq7Marker9x';
  const id = randomUUID();
  const call_id = randomUUID();
  const json = (value: unknown) => JSON.stringify(value);
  const deep = (levels: number, inner: string) => '{"a":'.repeat(levels) + inner + '}'.repeat(levels);
  const BAD: [string, string | Buffer][] = [
    ['an empty text', ''],
    ['bad JSON', `{"type":"${MARK}"`],
    ['JSON and more', `{"type":"ping","t":1} ${MARK}`],
    ['plain text', MARK],
    ['null', 'null'],
    ['a number', '42'],
    ['a string', json(MARK)],
    ['an array', json([{ id, type: 'subscribe', dept: 'icu', [MARK]: 1 }])],
    ['an empty object', '{}'],
    ['no type', json({ id, dept: MARK })],
    ['an unknown type', json({ id, type: MARK })],
    ['a type that is no string', json({ id, type: { [MARK]: 1 } })],
    ["a server's type", json({ id, type: 'hello', user: { id: MARK } })],
    ['the type constructor', json({ id, type: 'constructor', x: MARK })],
    ['the type __proto__', json({ id, type: '__proto__', x: MARK })],
    ['the type toString', json({ id, type: 'toString', x: MARK })],
    ['no id', json({ type: 'subscribe', dept: MARK })],
    ['an id that is no UUID', json({ id: MARK, type: 'subscribe', dept: 'icu' })],
    ['an id that is a number', json({ id: 7, type: 'subscribe', dept: 'icu', x: MARK })],
    ['an id that is an object', json({ id: { [MARK]: 1 }, type: 'subscribe', dept: 'icu' })],
    ['a huge id', json({ id: MARK.repeat(3000), type: 'subscribe', dept: 'icu' })],
    ['subscribe without dept', json({ id, type: 'subscribe' })],
    ['subscribe with a wrong dept', json({ id, type: 'subscribe', dept: [MARK] })],
    ['subscribe with a dept that is no slug', json({ id, type: 'subscribe', dept: `${MARK} '; DROP TABLE calls; --` })],
    ['subscribe with after as text', json({ id, type: 'subscribe', dept: 'icu', after: MARK })],
    ['subscribe with a negative after', json({ id, type: 'subscribe', dept: 'icu', after: -1 })],
    ['subscribe with a broken after', json({ id, type: 'subscribe', dept: 'icu', after: 1.5 })],
    ['subscribe with after beyond numbers', `{"id":"${id}","type":"subscribe","dept":"icu","after":1e400}`],
    ['subscribe with an epoch that is an object', json({ id, type: 'subscribe', dept: 'icu', epoch: { [MARK]: 1 } })],
    ['subscribe with an extra key', json({ id, type: 'subscribe', dept: 'icu', [MARK]: 1 })],
    ['a claimed identity', json({ id, type: 'subscribe', dept: 'icu', user_id: MARK })],
    ['an extra key __proto__', `{"id":"${id}","type":"subscribe","dept":"icu","__proto__":{"role":"${MARK}"}}`],
    ['unsubscribe without dept', json({ id, type: 'unsubscribe', x: MARK })],
    ['call.accept without data', json({ id, type: 'call.accept', call_id: MARK })],
    ['call.accept with data as text', json({ id, type: 'call.accept', data: MARK })],
    ['call.accept with data as an array', json({ id, type: 'call.accept', data: [MARK] })],
    ['call.accept with data null', json({ id, type: 'call.accept', data: null, x: MARK })],
    ['call.accept with a call_id that is no UUID', json({ id, type: 'call.accept', data: { call_id: MARK } })],
    ['call.accept with version as text', json({ id, type: 'call.accept', data: { call_id, version: MARK } })],
    ['call.accept with an extra key in data', json({ id, type: 'call.accept', data: { call_id, [MARK]: 1 } })],
    ['call.accept for somebody else', json({ id, type: 'call.accept', data: { call_id, accepted_by: MARK } })],
    ['call.cancel with a reason that is no text', json({ id, type: 'call.cancel', data: { call_id, reason: { [MARK]: 1 } } })],
    ['call.cancel with a huge reason', json({ id, type: 'call.cancel', data: { call_id, reason: MARK.repeat(4000) } })],
    ['call.raise without type', json({ id, type: 'call.raise', data: { room_id: 'icu-101', x: MARK } })],
    ['call.raise of an unknown type', json({ id, type: 'call.raise', data: { type: MARK.toLowerCase(), room_id: 'icu-101' } })],
    ['call.raise without room', json({ id, type: 'call.raise', data: { type: 'patient_normal', x: MARK } })],
    ['shift.start without data', json({ id, type: 'shift.start', dept: MARK })],
    ['shift.start with a number', json({ id, type: 'shift.start', data: { dept: 7, x: MARK } })],
    ['ack without seq', json({ type: 'ack', dept: 'icu', x: MARK })],
    ['ack with seq as text', json({ type: 'ack', dept: 'icu', seq: MARK })],
    ['ping with t as an object', json({ type: 'ping', t: { [MARK]: 1 } })],
    ['deep nesting in data', `{"id":"${id}","type":"call.accept","data":${deep(5000, json(MARK))}}`],
    ['deep nesting of arrays', `${'['.repeat(30000)}"${MARK}"${']'.repeat(30000)}`],
    ['a huge type', json({ id, type: MARK.repeat(5000) })],
    [
      'many keys',
      json({
        id,
        type: 'subscribe',
        dept: 'icu',
        ...Object.fromEntries(Array.from({ length: 2000 }, (_, index) => [`${MARK}${String(index)}`, index])),
      }),
    ],
    ['lone surrogates', `{"id":"${id}","type":"subscribe","dept":"\\ud800${MARK}"}`],
    ['NUL in a text', json({ id, type: 'subscribe', dept: `icu\u0000${MARK}` })],
    ['a binary frame', Buffer.from(json({ id, type: 'subscribe', dept: 'icu', x: MARK }))],
    ['a proper command in a binary frame', Buffer.from(json({ id, type: 'subscribe', dept: 'icu' }))],
    ['an empty binary frame', Buffer.alloc(0)],
  ];

  it.each(BAD)('%s', async (_, frame) => {
    const socket = await open();
    await socket.until((one) => one.type === 'hello');
    socket.ws.send(frame);
    const error = await socket.until((one) => one.type === 'error');
    expect(error).toMatchObject({
      type: 'error',
      code: expect.any(String) as string,
      message: expect.any(String) as string,
      retryable: false,
    });
    expect([id, null]).toContain(error.re);
    await roundTrip(socket);
    expect(socket.frames.map((one) => one.type)).toEqual(['hello', 'error']);
    const heard = JSON.stringify(socket.frames).toLowerCase();
    expect(heard).not.toContain(MARK.toLowerCase());
    expect(heard).not.toContain('drop table');
    socket.close();
  });

  it('an answer names the id as it was written, though a key is the same in capitals', async () => {
    const id = randomUUID().toUpperCase();
    const socket = await open();
    expect((await socket.ask({ id, type: 'subscribe', dept: 'icu' })).re).toBe(id);
    socket.close();
  });

  it('names the command it answers, where its id can be read', async () => {
    const socket = await open();
    for (const frame of [
      { type: MARK },
      { type: 'subscribe', dept: 7 },
      { type: 'call.accept', data: {} },
      { type: 'subscribe', dept: 'icu', more: 1 },
    ]) {
      expect((await socket.ask(frame)).type).toBe('error');
    }
    socket.close();
  });

  it('changes nothing and logs no payload', async () => {
    expect((await anna.get('/calls?dept=icu&state=open')).body.items).toEqual([]);
    expect(wardline.log.join('\n').toLowerCase()).not.toContain(MARK.toLowerCase());
  });

  it('text that is not UTF-8 closes 1007 or gets an error frame; the server goes on', async () => {
    const socket = await open();
    await socket.until((one) => one.type === 'hello');
    socket.ws.send(Buffer.from([0x7b, 0xff, 0xfe, 0xc0, 0x7d]), { binary: false });
    await eventually(() => ((socket.closed ?? socket.frames.find((frame) => frame.type === 'error')) ? true : undefined), 'an answer');
    if (socket.closed) expect(socket.closed.code).toBe(1007);
    expect((await askForUpgrade(wardline, '/ws', { cookie: anna.cookie })).status).toBe(101);
    socket.close();
  });
});

describe('MAX_PROTOCOL_ERRORS', () => {
  it('9 in a minute are borne, more than 10 close 1008; other connections are not concerned', async () => {
    const [bad, good] = [await open(), await open()];
    await bad.until((frame) => frame.type === 'hello');
    for (let times = 0; times < 9; times++) bad.ws.send(times % 2 === 0 ? '{' : Buffer.from('x'));
    await roundTrip(bad);
    expect(bad.frames.filter((frame) => frame.type === 'error')).toHaveLength(9);
    for (let times = 0; times < 2; times++) bad.ws.send(JSON.stringify({ id: randomUUID(), type: 'no-such-type' }));
    expect((await bad.untilClosed()).code).toBe(1008);
    await roundTrip(good);
    expect(good.closed).toBeUndefined();
    good.close();
  });

  it('a refusal of the domain is no protocol error', async () => {
    const socket = await open();
    for (let times = 0; times < 15; times++)
      expect((await socket.ask({ type: 'call.accept', data: { call_id: randomUUID() } })).code).toBe('NOT_FOUND');
    await roundTrip(socket);
    expect(socket.closed).toBeUndefined();
    socket.close();
  });
});

describe('MAX_PAYLOAD_BYTES', () => {
  it('a frame of exactly that size is read, one byte more closes 1009', async () => {
    const socket = await open();
    await socket.until((frame) => frame.type === 'hello');
    socket.ws.send('x'.repeat(65536));
    await socket.until((frame) => frame.type === 'error');
    await roundTrip(socket);
    socket.ws.send('x'.repeat(65537));
    expect((await socket.untilClosed()).code).toBe(1009);
  });

  it('counts the whole message, also in fragments, text and binary', async () => {
    for (const binary of [false, true]) {
      const socket = await open();
      await socket.until((frame) => frame.type === 'hello');
      for (let part = 0; part < 9; part++) socket.ws.send('x'.repeat(8000), { fin: part === 8, binary });
      expect((await socket.untilClosed()).code).toBe(1009);
    }
  });
});

describe('commands of one connection', () => {
  it('are handled one after another, in order: 30 at once are answered in order', async () => {
    const socket = await open();
    await socket.until((frame) => frame.type === 'hello');
    const ids: string[] = [];
    for (let index = 0; index < 30; index++) {
      const frames = [
        { type: 'shift.start', data: { dept: 'icu' } },
        { type: 'subscribe', dept: 'nowhere' },
        { type: 'call.raise', data: { type: 'patient_normal', room_id: `icu-10${String((index % 8) + 1)}` } },
        { type: 'call.accept', data: { call_id: randomUUID() } },
        { type: 'shift.end', data: { dept: 'icu' } },
      ];
      ids.push(socket.send(frames[index % frames.length] ?? {}));
    }
    await socket.until((frame) => frame.re === ids.at(-1));
    expect(socket.frames.filter((frame) => frame.type === 'ok' || frame.type === 'error').map((frame) => frame.re)).toEqual(ids);
    socket.close();
  });

  it('each sees what the one before did: accept, arrive and complete sent at once all succeed', async () => {
    const person = await Person.come(wardline, 'icu-nurse-3');
    await person.startShift('icu');
    const press = await asStation(wardline, 'icu-106-bed')('POST', '/calls', { type: 'patient_normal' });
    const ids = ['accept', 'arrive', 'complete'].map((command) =>
      person.socket.send({ type: `call.${command}`, data: { call_id: press.body.id } }),
    );
    await person.socket.until((frame) => frame.re === ids.at(-1));
    const answers = person.socket.frames.filter((frame) => ids.includes(frame.re));
    expect(answers.map((frame) => [frame.type, frame.data?.state])).toEqual([
      ['ok', 'accepted'],
      ['ok', 'in_progress'],
      ['ok', 'completed'],
    ]);
    expect((await logOf(anna, 'icu', press.body.id)).map((event) => event.type)).toEqual([
      'call.pending',
      'call.accepted',
      'call.in_progress',
      'call.completed',
    ]);
    await person.endShift('icu');
    person.socket.close();
  });

  it('wait 64 at most; more are RATE_LIMITED; each is answered once, pings pass beside', async () => {
    const socket = await open();
    await socket.until((frame) => frame.type === 'hello');
    const ids = Array.from({ length: 300 }, () => socket.send(NOTHING()));
    ping(socket, 5);
    const answered = () => socket.frames.filter((frame) => frame.type === 'ok' || frame.type === 'error');
    await eventually(() => (answered().length >= ids.length ? true : undefined), 'an answer to each');
    const answers = answered();
    expect(answers.map((frame) => frame.re).sort()).toEqual([...ids].sort());
    const limited = answers.filter((frame) => frame.code === 'RATE_LIMITED');
    const handled = answers.filter((frame) => frame.code !== 'RATE_LIMITED');
    expect(limited.length).toBeGreaterThan(0);
    for (const frame of limited) expect(frame).toMatchObject({ retryable: true });
    for (const frame of handled) expect(frame.code).toBe('NOT_FOUND');
    expect(handled.map((frame) => frame.re)).toEqual(ids.filter((one) => handled.some((frame) => frame.re === one)));
    expect(ids.slice(0, 64).every((one) => handled.some((frame) => frame.re === one))).toBe(true);
    await socket.until((frame) => frame.type === 'pong' && frame.t === 5);
    expect((await socket.ask(NOTHING())).code).toBe('NOT_FOUND');
    expect(socket.closed).toBeUndefined();
    socket.close();
  });
});

describe('two nodes on one database', () => {
  let other: TestWardline;
  beforeAll(async () => {
    other = await startTestWardline({ sharedWith: wardline, env: { ...UNLIMITED, REPLAY_LIMIT: '40', POLL_INTERVAL_MS: '100' } });
  });
  afterAll(() => other.stop());

  it("each one's readers get the other one's events through polling, contiguous and the same", async () => {
    const [here, there] = [await open(anna, wardline), await open(ben, other)];
    for (const socket of [here, there]) await socket.ask({ type: 'subscribe', dept: 'icu' });
    expect(here.frames[0].server_id).not.toBe(there.frames[0].server_id);
    expect(here.frames[0].epoch).toBe(there.frames[0].epoch);
    const start = await headOf('icu');
    await Promise.all([
      ...['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed'].map((station) => twoEvents(station, wardline)),
      ...['icu-105-bed', 'icu-106-bed', 'icu-107-bed', 'icu-108-bed'].map((station) =>
        twoEvents(station, { ...other, firstRun: wardline.firstRun }),
      ),
    ]);
    // Other events may have come: they have the same place for both.
    const end = await headOf('icu');
    expect(end).toBeGreaterThanOrEqual(start + 16);
    for (const socket of [here, there]) await socket.until((frame) => frame.seq === end);
    const [got, same] = [here, there].map((socket) => socket.events('icu').filter(({ seq }) => seq > start && seq <= end));
    expect(got?.map((event) => event.seq)).toEqual(Array.from({ length: end - start }, (_, index) => start + 1 + index));
    expect(same).toEqual(got);
    for (const socket of [here, there]) socket.close();
  });

  it('who leaves one node resumes on the other with exactly what was missed', async () => {
    const before = await open(anna, wardline);
    await before.ask({ type: 'subscribe', dept: 'icu' });
    await twoEvents();
    const seen = await headOf('icu');
    await before.until((frame) => frame.seq === seen && frame.type !== 'snapshot');
    before.close();
    await twoEvents('icu-102-bed');
    const after = await open(anna, other);
    const answer = await after.ask({ type: 'subscribe', dept: 'icu', after: seen, epoch: before.frames[0].epoch });
    expect(answer.data).toMatchObject({ recovered: true, from: seen + 1, head: seen + 2 });
    await after.until((frame) => frame.seq === seen + 2);
    expect(after.events('icu').map((event) => event.seq)).toEqual([seen + 1, seen + 2]);
    after.close();
  });

  it('nurses of both accept the same call at once: exactly one wins', async () => {
    const persons = await Promise.all([Person.come(wardline, 'icu-nurse-4'), Person.come(other, 'icu-nurse-5')]);
    for (const person of persons) await person.startShift('icu');
    for (let round = 0; round < 6; round++) {
      const press = await asStation(wardline, `icu-10${String(round + 1)}-bath`)('POST', '/calls', { type: 'patient_normal' });
      const outcomes = await Promise.all(
        persons.map((person) => person.command(round % 2 === 0 ? 'WebSocket' : 'HTTP', 'accept', press.body.id)),
      );
      expect(outcomes.filter((outcome) => outcome.ok)).toHaveLength(1);
      expect(outcomes.find((outcome) => !outcome.ok)).toMatchObject({
        code: 'CALL_ALREADY_ACCEPTED',
        call: { id: press.body.id, state: 'accepted', version: 2 },
      });
    }
    for (const person of persons) {
      await closeAllCalls(admin);
      await person.endShift('icu');
      person.socket.close();
    }
  });
});
