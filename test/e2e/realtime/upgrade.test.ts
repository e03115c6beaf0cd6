import { once } from 'node:events';
import type http from 'node:http';
import https from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ServerState } from '../../../src/platform/common/server-state.js';
import { ConnectionSlots } from '../../../src/realtime/capacity/connection-slots.js';
import { RealtimeHub } from '../../../src/rooms/realtime-hub.service.js';
import { request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { dial } from '../../support/clients/raw-connection.js';
import { askForUpgrade, connectUntilClosed, type Upgrade, upgradeText } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const MANY = { MAX_CONNECTIONS_PER_SESSION: '1000', MAX_CONNECTIONS_PER_USER: '1000' };
const FORGED = `__Host-wardline=${'A'.repeat(43)}.${'A'.repeat(43)}`;

const nodes: TestWardline[] = [];
const sockets: Socket[] = [];

async function start(options: Parameters<typeof startTestWardline>[0] = {}): Promise<TestWardline> {
  const node = await startTestWardline(options);
  nodes.push(node);
  return node;
}

async function open(target: TestWardline, { cookie }: Session): Promise<Socket> {
  const socket = await Socket.open(target, cookie);
  sockets.push(socket);
  await socket.until((frame) => frame.type === 'hello');
  return socket;
}

/** The admitted sockets, and the statuses of the others. */
async function openMany(target: TestWardline, sessions: readonly Session[]): Promise<{ open: Socket[]; refused: string[] }> {
  const outcomes = await Promise.allSettled(sessions.map((session) => open(target, session)));
  return {
    open: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    refused: outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [(outcome.reason as Error).message] : [])),
  };
}

function slotsOf(node: TestWardline): ConnectionSlots {
  return node.app.get(ConnectionSlots, { strict: false });
}

async function allGivenBack(node: TestWardline): Promise<void> {
  await eventually(() => (slotsOf(node).size === 0 ? true : undefined), 'all slots to be free');
}

async function closeAll(node: TestWardline): Promise<void> {
  for (const socket of sockets.splice(0)) socket.ws.terminate();
  await allGivenBack(node);
}

function onlineAt(node: TestWardline): Promise<number> {
  return node.app.get(RealtimeHub, { strict: false }).onlineCount();
}

/** Asks for a socket and is gone before it is there. */
async function leaveDuringUpgrade(node: TestWardline, cookie: string): Promise<void> {
  const { socket, ready } = dial(node);
  await ready;
  socket.write(upgradeText('/ws', { cookie }), () => socket.destroy());
  await once(socket, 'close');
}

function errorOf({ body }: Upgrade): { code: string; message: string; retryable: boolean; retry_after?: number } {
  return (JSON.parse(body) as { error: ReturnType<typeof errorOf> }).error;
}

/** Nodes that share a database stop before its owner. */
async function stopAll(): Promise<void> {
  for (const node of nodes.splice(0).reverse()) await node.stop();
}

describe('the order of the guards', () => {
  let node: TestWardline;
  let anna: Session;
  beforeAll(async () => {
    node = await start({ plain: true, env: { TRUSTED_PROXIES: '127.0.0.1', CONNECT_RATE_LIMIT: '3/3600', ...MANY } });
    anna = await signInBehindProxy(node, 'icu-nurse-1');
  });
  afterAll(stopAll);

  const secure = { 'x-forwarded-proto': 'https' };
  const evil = { origin: 'https://evil.example' };

  it('path, then TLS, then origin, then draining, then the rate, then the session: each hides all that come after it', async () => {
    const ask = (path: string, headers: Record<string, string>) => askForUpgrade(node, path, headers);
    for (const headers of [evil, { ...evil, cookie: FORGED }, { ...secure, cookie: anna.cookie }]) {
      const upgrade = await ask('/other', headers);
      expect([upgrade.status, errorOf(upgrade).code]).toEqual([404, 'NOT_FOUND']);
    }
    const plain = await ask('/ws', { ...evil, cookie: FORGED });
    expect([plain.status, errorOf(plain)]).toMatchObject([403, { code: 'WSS_REQUIRED', message: 'wss required' }]);
    const foreign = await ask('/ws', { ...secure, ...evil, cookie: anna.cookie });
    expect([foreign.status, errorOf(foreign).code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
    // Nothing so far has counted: three without a session are let through to their close code, the fourth is not.
    for (const headers of [{}, { cookie: FORGED }, {}]) expect((await ask('/ws', { ...secure, ...headers })).status).toBe(101);
    const many = await ask('/ws', secure);
    expect([many.status, errorOf(many)]).toMatchObject([429, { code: 'RATE_LIMITED', retryable: true }]);
    expect(Number(many.headers['retry-after'])).toBeGreaterThan(3500);
    expect(errorOf(many).retry_after).toBe(Number(many.headers['retry-after']));
    // A ward behind one address: who has a session is not concerned, three times of their own.
    for (let times = 0; times < 3; times++) expect((await ask('/ws', { ...secure, cookie: anna.cookie })).status).toBe(101);
    expect((await ask('/ws', { ...secure, cookie: anna.cookie })).status).toBe(429);

    node.app.get(ServerState).to('draining');
    const draining = await ask('/ws', { ...secure, cookie: anna.cookie });
    expect([draining.status, errorOf(draining)]).toMatchObject([503, { code: 'UNAVAILABLE', retryable: true }]);
    expect(Number(draining.headers['retry-after'])).toBe(2);
    expect((await ask('/ws', { ...secure, ...evil })).status).toBe(403);
    expect((await ask('/ws', {})).status).toBe(403);
    expect((await ask('/other', secure)).status).toBe(404);
    await allGivenBack(node);
  });

  async function signInBehindProxy(target: TestWardline, username: string): Promise<Session> {
    const person = target.firstRun.staff.find((one) => one.username === username);
    const answer = await request(target, 'POST', '/api/v1/auth/login', {
      body: { username, password: person?.password },
      headers: { 'x-forwarded-proto': 'https' },
    });
    return { cookie: answer.headers['set-cookie']?.[0]?.split(';')[0] ?? '' } as Session;
  }
});

describe('what a proxy says', () => {
  afterEach(stopAll);

  it('counts from TRUSTED_PROXIES only: a spoofed X-Forwarded-Proto is no TLS', async () => {
    const node = await start({ plain: true });
    for (const headers of [{ 'x-forwarded-proto': 'https' }, { forwarded: 'proto=https' }, { 'x-forwarded-proto': 'https,http' }]) {
      const upgrade = await askForUpgrade(node, '/ws', headers);
      expect([upgrade.status, errorOf(upgrade).message]).toEqual([403, 'wss required']);
    }
  });

  it('is asked for on every path, whether there is one or not; probes and metrics aside', async () => {
    const node = await start({ plain: true });
    for (const path of ['/', '/nope', '/ws', '/api/docs', '/api/openapi.json', '/api/v1/nope', '/api/v1/auth/session']) {
      const answer = await request(node, 'GET', path);
      expect([path, answer.status, answer.body.error]).toMatchObject([path, 403, { code: 'WSS_REQUIRED', message: 'wss required' }]);
    }
    for (const path of ['/livez', '/readyz', '/healthz', '/ws-health', '/healthz/ws', '/metrics'])
      expect([path, (await request(node, 'GET', path)).status]).toEqual([path, 200]);
  });

  it('a spoofed X-Forwarded-For opens no new window; behind a trusted proxy each client has its own', async () => {
    const direct = await start({ env: { CONNECT_RATE_LIMIT: '2/3600' } });
    const from = (address: string, target: TestWardline) => askForUpgrade(target, '/ws', { 'x-forwarded-for': address });
    expect((await from('10.1.0.1', direct)).status).toBe(101);
    expect((await from('10.1.0.2', direct)).status).toBe(101);
    expect((await from('10.1.0.3', direct)).status).toBe(429);
    const proxied = await start({ env: { CONNECT_RATE_LIMIT: '2/3600', TRUSTED_PROXIES: '127.0.0.1' } });
    for (const address of ['10.1.0.1', '10.1.0.2', '2001:db8:1:1::1', 'not an address']) {
      expect([(await from(address, proxied)).status, (await from(address, proxied)).status]).toEqual([101, 101]);
      expect((await from(address, proxied)).status).toBe(429);
    }
    // An IPv6 client has all of its network's addresses: they count together.
    expect((await from('2001:db8:1:1:ffff::9', proxied)).status).toBe(429);
    expect((await from('2001:db8:1:2::1', proxied)).status).toBe(101);
  });
});

describe('a flood of upgrades', () => {
  afterEach(stopAll);

  it('of forged cookies asks the database nothing; of one dead session no more than the limit', async () => {
    const node = await start({ env: { CONNECT_RATE_LIMIT: '5/3600' } });
    const left = await signIn(node, 'icu-nurse-2');
    await left.post('/auth/logout');
    const lookUps = await countLookUps(node, async () => {
      for (let times = 0; times < 20; times++) await askForUpgrade(node, '/ws', { cookie: FORGED });
    });
    expect(lookUps).toBe(0);
    const statuses: number[] = [];
    const dead = await countLookUps(node, async () => {
      for (let times = 0; times < 20; times++) statuses.push((await askForUpgrade(node, '/ws', { cookie: left.cookie })).status);
    });
    // The address is over its limit already, so not even the first is let through to its 4002.
    expect(new Set(statuses)).toEqual(new Set([429]));
    expect(dead).toBe(5);
  });

  it('is not limited with CONNECT_RATE_LIMIT=0', async () => {
    const node = await start({ env: { CONNECT_RATE_LIMIT: '0' } });
    const statuses = await Promise.all(Array.from({ length: 150 }, async () => (await askForUpgrade(node, '/ws')).status));
    expect(new Set(statuses)).toEqual(new Set([101]));
  });

  /** How often the sessions were asked for a token. */
  async function countLookUps(node: TestWardline, work: () => Promise<void>): Promise<number> {
    const { SessionsService } = await import('../../../src/identity/sessions/sessions.service.js');
    const sessions = node.app.get(SessionsService);
    const { find } = sessions;
    let count = 0;
    sessions.find = (token) => {
      count++;
      return find.call(sessions, token);
    };
    await work();
    sessions.find = find;
    return count;
  }
});

describe('capacity', () => {
  let node: TestWardline;
  let people: Record<'anna' | 'ben' | 'cleo' | 'manager' | 'admin', Session>;
  const limit = (limits: Record<string, number>) => people.admin.send('PATCH', '/admin/limits', limits);

  beforeAll(async () => {
    node = await start({ env: { MAX_CONNECTIONS: '50', WARN_THRESHOLD: '50', CONNECT_RATE_LIMIT: '0', ...MANY } });
    const names = { anna: 'icu-nurse-1', ben: 'icu-nurse-2', cleo: 'icu-nurse-3', manager: 'icu-manager', admin: 'admin' };
    const signedIn = await Promise.all(Object.entries(names).map(async ([key, name]) => [key, await signIn(node, name)] as const));
    people = Object.fromEntries(signedIn) as typeof people;
    expect((await people.anna.post('/departments/icu/shifts')).status).toBeLessThan(300);
  });
  afterAll(stopAll);
  afterEach(async () => {
    await closeAll(node);
    await limit({ warn_threshold: 50, max_connections: 50 });
  });

  it('60 at once at MAX_CONNECTIONS=50: exactly 50 are admitted, 10 get 503 with Retry-After: 30', async () => {
    const { open: admitted, refused } = await openMany(node, Array<Session>(60).fill(people.anna));
    expect([admitted.length, refused.length]).toEqual([50, 10]);
    expect(new Set(refused)).toEqual(new Set(['Unexpected server response: 503']));
    expect(slotsOf(node).size).toBe(50);
    const full = await askForUpgrade(node, '/ws', { cookie: people.admin.cookie });
    expect([full.status, full.headers['retry-after'], errorOf(full)]).toMatchObject([
      503,
      '30',
      { code: 'UNAVAILABLE', retryable: true, retry_after: 30, details: { reason: 'capacity' } },
    ]);
    admitted[0]?.ws.terminate();
    await eventually(() => (slotsOf(node).size === 49 ? true : undefined), 'a free slot');
    await open(node, people.admin);
    expect((await askForUpgrade(node, '/ws', { cookie: people.admin.cookie })).status).toBe(503);
  });

  it('60 at once of those the reserve is kept for: the same, although the database is asked about each', async () => {
    await limit({ warn_threshold: 5 });
    const { open: admitted, refused } = await openMany(node, Array<Session>(60).fill(people.anna));
    expect([admitted.length, refused.length]).toEqual([50, 10]);
    expect(slotsOf(node).size).toBe(50);
  });

  it('from WARN_THRESHOLD on: nurses on shift, managers and administrators; others not, up to MAX_CONNECTIONS', async () => {
    await limit({ warn_threshold: 2, max_connections: 5 });
    for (const session of [people.anna, people.anna]) await open(node, session);
    expect((await askForUpgrade(node, '/ws', { cookie: people.ben.cookie })).status).toBe(503);
    for (const session of [people.anna, people.manager, people.admin]) await open(node, session);
    for (const session of [people.anna, people.manager, people.admin]) {
      expect((await askForUpgrade(node, '/ws', { cookie: session.cookie })).status).toBe(503);
    }
  });

  it('and sessions that resume: connected to any node in the last SESSION_RECONNECT_BUFFER_SEC, crash or not', async () => {
    const other = await start({ sharedWith: node, env: { CONNECT_RATE_LIMIT: '0' } });
    const ben = await open(other, people.ben);
    await seen(people.ben);
    ben.ws.terminate();
    await limit({ warn_threshold: 1, max_connections: 5 });
    await open(node, people.anna);
    (await open(node, people.ben)).ws.terminate();
    // Another session of the same person has never been connected.
    const again = await signIn(node, 'icu-nurse-2');
    expect((await askForUpgrade(node, '/ws', { cookie: again.cookie })).status).toBe(503);
    await eventually(() => (slotsOf(node).size === 1 ? true : undefined), 'the place to be given back');
    await node.database.query("UPDATE sessions SET socket_seen_at = app_now() - interval '181 seconds' WHERE socket_seen_at IS NOT NULL");
    expect((await askForUpgrade(node, '/ws', { cookie: people.ben.cookie })).status).toBe(503);
  });

  it('places are given back by clients that vanish at any point of the handshake, and by refused ones', async () => {
    await limit({ max_connections: 3, warn_threshold: 3, max_connections_per_user: 2 });
    for (let round = 0; round < 10; round++) {
      const vanishing = Array.from({ length: 10 }, async (_, index) => {
        const socket = await dial(node);
        const text = upgradeText('/ws', { cookie: people.anna.cookie });
        socket.write(index % 3 === 0 ? text.slice(0, -20) : text);
        if (index % 3 === 2) await Promise.race([once(socket, 'data'), once(socket, 'close')]);
        socket.destroy();
      });
      await Promise.all(vanishing);
      await connectUntilClosed(node, { cookie: FORGED });
    }
    await allGivenBack(node);
    await limit({ max_connections_per_user: 1000 });
    const { open: admitted } = await openMany(node, Array<Session>(5).fill(people.anna));
    expect(admitted).toHaveLength(3);
  });

  async function seen({ user }: Session): Promise<void> {
    await eventually(async () => {
      const rows = await node.database.query('SELECT 1 FROM sessions WHERE staff_id = $1 AND socket_seen_at IS NOT NULL', [user.id]);
      return rows.length > 0 ? true : undefined;
    }, 'the session to be seen');
  }

  async function dial(target: TestWardline): Promise<TLSSocket> {
    const socket = connectTls({ host: '127.0.0.1', port: Number(new URL(target.url).port), ca: target.ca });
    socket.on('error', () => undefined);
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]);
    return socket;
  }
});

describe('connections of one session and of one person', () => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await start({ env: { MAX_CONNECTIONS_PER_SESSION: '3', MAX_CONNECTIONS_PER_USER: '5', CONNECT_RATE_LIMIT: '0' } });
  });
  afterAll(stopAll);
  afterEach(() => closeAll(node));

  it('one too many of a session: it is admitted, and the oldest closes 4009', async () => {
    const anna = await signIn(node, 'icu-nurse-1');
    const [first, ...others] = [await open(node, anna), await open(node, anna), await open(node, anna)];
    const fourth = await open(node, anna);
    expect(await first.untilClosed()).toMatchObject({ code: 4009 });
    const fifth = await open(node, anna);
    expect(await others[0].untilClosed()).toMatchObject({ code: 4009 });
    for (const socket of [others[1], fourth, fifth]) expect(socket.closed).toBeUndefined();
  });

  it('20 of one session at once: 3 stay, 17 close 4009, and none is refused', async () => {
    const anna = await signIn(node, 'icu-nurse-1');
    const opened = await Promise.all(Array.from({ length: 20 }, () => Socket.open(node, anna.cookie)));
    sockets.push(...opened);
    await eventually(() => (opened.filter((socket) => socket.closed).length === 17 ? true : undefined), '17 to be closed');
    expect(new Set(opened.flatMap((socket) => socket.closed?.code ?? []))).toEqual(new Set([4009]));
    expect(slotsOf(node).size).toBe(3);
  });

  it('one too many of a person over several sessions is accepted, then closed 4013; the others stay', async () => {
    const [one, two] = [await signIn(node, 'icu-nurse-2'), await signIn(node, 'icu-nurse-2')];
    const held = [await open(node, one), await open(node, one), await open(node, one), await open(node, two), await open(node, two)];
    expect(await connectUntilClosed(node, { cookie: two.cookie })).toMatchObject({ code: 4013, frames: [] });
    for (const socket of held) expect(socket.closed).toBeUndefined();
    // The session that is at its own cap makes room for itself.
    await open(node, one);
    expect(await held[0]!.untilClosed()).toMatchObject({ code: 4009 });
    expect(slotsOf(node).size).toBe(5);
  });

  it('OWNER_CAPACITY people: the next one closes 4013, those who are there may come again', async () => {
    const small = await start({ sharedWith: node, env: { OWNER_CAPACITY: '2', CONNECT_RATE_LIMIT: '0' } });
    const [anna, ben, cleo] = await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'].map((name) => signIn(node, name)));
    for (const session of [anna, ben, anna]) await open(small, session!);
    expect(await connectUntilClosed(small, { cookie: cleo!.cookie })).toMatchObject({ code: 4013, frames: [] });
    await eventually(() => (slotsOf(small).size === 3 ? true : undefined), 'the place to be given back');
    await closeAll(small);
    await eventually(async () => ((await onlineAt(small)) === 0 ? true : undefined), 'nobody to be connected');
    await open(small, cleo!);
    await closeAll(small);
  });

  it('who is refused behind the guards, or leaves during them, keeps no place of OWNER_CAPACITY', async () => {
    const small = await start({ sharedWith: node, env: { OWNER_CAPACITY: '1', CONNECT_RATE_LIMIT: '0' } });
    const [anna, ben] = await Promise.all(['icu-nurse-1', 'icu-nurse-2'].map((name) => signIn(node, name)));
    const foreign = await request(small, 'GET', '/api/v1/departments/med/events/stream', { headers: { cookie: anna!.cookie } });
    expect(foreign.status).toBe(404);
    for (let times = 0; times < 20; times++) await leaveDuringUpgrade(small, anna!.cookie);
    await eventually(async () => (slotsOf(small).size + (await onlineAt(small)) === 0 ? true : undefined), 'every place to be given back');
    await open(small, ben!);
    await closeAll(small);
  });
});

describe('event streams', () => {
  const STREAM = '/api/v1/departments/icu/events/stream';
  let node: TestWardline;
  let admin: Session;
  beforeAll(async () => {
    node = await start({ env: { MAX_CONNECTIONS_PER_SESSION: '2', CONNECT_RATE_LIMIT: '6/3600' } });
    admin = await signIn(node, 'admin');
  });
  afterAll(stopAll);
  afterEach(() => closeAll(node));

  /** Resolves with the status; an open stream stays open until the test ends it. */
  function stream({
    cookie,
  }: Session): Promise<{ status: number; headers: http.IncomingHttpHeaders; ended: Promise<void>; end: () => void }> {
    return new Promise((resolve, reject) => {
      const url = new URL(node.url);
      const message = https.get(
        { host: url.hostname, port: url.port, path: STREAM, ca: node.ca, agent: false, headers: { cookie } },
        (response) => {
          response.resume();
          const ended = new Promise<void>((over) => response.once('close', over));
          resolve({ status: response.statusCode ?? 0, headers: response.headers, ended, end: () => message.destroy() });
        },
      );
      message.on('error', reject);
    });
  }

  it('share their places with sockets: 503 where the node is full, and given back when they end', async () => {
    const anna = await signIn(node, 'icu-nurse-1');
    await admin.send('PATCH', '/admin/limits', { max_connections: 2, warn_threshold: 2 });
    const [open1, socket] = [await stream(anna), await open(node, admin)];
    expect([open1.status, slotsOf(node).size]).toEqual([200, 2]);
    const full = await stream(admin);
    expect([full.status, full.headers['retry-after']]).toEqual([503, '30']);
    expect((await askForUpgrade(node, '/ws', { cookie: admin.cookie })).status).toBe(503);
    open1.end();
    await eventually(() => (slotsOf(node).size === 1 ? true : undefined), 'the place of the stream');
    expect(socket.closed).toBeUndefined();
    await admin.send('PATCH', '/admin/limits', { max_connections: null, warn_threshold: null });
    const refused = await request(node, 'GET', STREAM.replace('icu', 'nowhere'), { headers: { cookie: anna.cookie } });
    expect(refused.status).toBe(404);
    await eventually(() => (slotsOf(node).size === 1 ? true : undefined), 'the place of the refused stream');
  });

  it('give way to newer connections of their session, and the other way round', async () => {
    const ben = await signIn(node, 'icu-nurse-2');
    const oldest = await stream(ben);
    const socket = await open(node, ben);
    const newest = await stream(ben);
    await oldest.ended;
    expect(socket.closed).toBeUndefined();
    const last = await open(node, ben);
    expect(await socket.untilClosed()).toMatchObject({ code: 4009 });
    expect(last.closed).toBeUndefined();
    newest.end();
  });

  it('count against the rate of their session', async () => {
    const cleo = await signIn(node, 'icu-nurse-3');
    for (let times = 0; times < 3; times++) expect((await askForUpgrade(node, '/ws', { cookie: cleo.cookie })).status).toBe(101);
    for (let times = 0; times < 3; times++) (await stream(cleo)).end();
    expect((await stream(cleo)).status).toBe(429);
  });
});
