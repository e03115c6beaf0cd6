import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { WebSocket } from 'ws';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { selfSignedPair } from '../../../src/platform/certificates/certificate.js';
import { HEARTBEAT_SEC } from '../../../src/realtime/heartbeat/heartbeat.js';
import { asStation, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { freePort } from '../../support/servers/free-port.js';
import { itIsInstalled } from '../../support/servers/installed.js';
import { LOAD_BALANCERS, type LoadBalancer, type Site } from '../../support/servers/proxies/load-balancer.js';
import { startTwoNodes, type TwoNodes } from '../../support/servers/two-nodes.js';
import type { TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** Two addresses of this machine: one is the world outside, one the hospital's own network. */
const OUTSIDE = '127.0.0.1';
const INSIDE = '127.0.0.2';
/** A ward's address, where another test must not count. */
const WARD = '127.0.0.3';

const DEPT_EVENTS = '/departments/icu/events';

let pair: Awaited<ReturnType<typeof selfSignedPair>>;
const certificates = mkdtempSync(join(tmpdir(), 'wardline-proxies-'));
beforeAll(async () => {
  pair = await selfSignedPair(certificates);
});
afterAll(() => {
  rmSync(certificates, { recursive: true, force: true });
});

type Target = Pick<TestWardline, 'url' | 'ca' | 'firstRun'>;

async function helloOf(target: Target, session: Session, headers: Record<string, string> = {}) {
  const socket = await Socket.open(target, session.cookie, headers);
  return { socket, serverId: (await socket.until((frame) => frame.type === 'hello')).server_id as string };
}

/** As a client does: again and again, until it is let in. */
function reconnect(target: Target, session: Session): Promise<{ socket: Socket; serverId: string }> {
  return eventually(() => helloOf(target, session).catch(() => undefined), 'a new connection');
}

describe.each(LOAD_BALANCERS)('behind $name, on the configuration that is shipped', ({ name, isInstalled, start }) => {
  itIsInstalled(name, isInstalled);

  describe.runIf(isInstalled)('with two nodes', () => {
    let hospital: TwoNodes;
    let site: Site;
    let proxy: LoadBalancer;
    const cleanUp: (() => Promise<void>)[] = [];
    let target: Target;
    let nurse: Session;
    let admin: Session;

    beforeAll(async () => {
      hospital = await startTwoNodes();
      cleanUp.push(() => hospital.stop());
      const [one, two] = hospital.nodes;
      site = { nodes: [one.address, two.address], inside: `${INSIDE}/32`, port: await freePort(), cert: pair.cert, key: pair.key };
      proxy = await start(site);
      cleanUp.unshift(() => proxy.stop());
      target = { url: `https://127.0.0.1:${String(site.port)}`, ca: pair.cert, firstRun: hospital.firstRun };
      nurse = await signIn(target, 'icu-nurse-1');
      admin = await signIn(target, 'admin');
    });
    afterAll(async () => {
      for (const step of cleanUp) await step();
    });

    it('is accepted by the load balancer without a warning', () => {
      expect(proxy.check).not.toMatch(/warn|deprecat|notice|alert/i);
      expect(proxy.check).toMatch(/test is successful|Configuration file is valid/);
    });

    it('lets a nurse sign in over TLS with a cookie that is Secure, upgrade, subscribe, and see a press; commands go back', async () => {
      const person = target.firstRun.staff.find((one) => one.username === 'icu-nurse-2');
      const login = await request(target, 'POST', '/api/v1/auth/login', { body: { username: 'icu-nurse-2', password: person?.password } });
      expect(login.headers['set-cookie']?.join()).toMatch(/^__Host-wardline=.*Secure/);
      const { socket } = await helloOf(target, nurse);
      expect((await socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
      const press = await asStation(target, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      expect(press.status).toBe(201);
      const pending = await socket.until((frame) => frame.type === 'call.pending' && frame.data.call_id === press.body.id);
      expect(pending.critical).toBe(true);
      const accepted = await socket.ask({ type: 'call.accept', data: { call_id: press.body.id } });
      expect(accepted).toMatchObject({ type: 'ok', data: { state: 'accepted' } });
      socket.close();
    });

    it('keeps all sockets of a session on one node, and spreads sessions over both', async () => {
      const names = target.firstRun.staff.slice(0, 12).map((one) => one.username);
      const sessions = await Promise.all(names.map((username) => signIn(target, username)));
      const placed = new Set<string>();
      for (const session of sessions) {
        const first = await helloWithStickiness(target, session);
        const again = await helloWithStickiness(target, session, first.cookie);
        expect(again.serverId).toBe(first.serverId);
        placed.add(first.serverId);
      }
      expect([...placed].sort()).toEqual(['node-1', 'node-2']);
    });

    it('passes a long poll on, which answers when something happens', async () => {
      const { head } = (await nurse.get(DEPT_EVENTS)).body as { head: number };
      const polling = nurse.get(`${DEPT_EVENTS}?after=${String(head)}&wait=25`);
      await sleep(300);
      await asStation(target, 'icu-102-bed')('POST', '/calls', { type: 'service_request' });
      const answer = await polling;
      expect(answer.status).toBe(200);
      expect(answer.body.items[0].seq).toBe(head + 1);
    });

    it('passes an event stream on byte by byte', async () => {
      const chunks: string[] = [];
      const status = await new Promise<number>((resolve, reject) => {
        const stream = https.get(
          `${target.url}/api/v1${DEPT_EVENTS}/stream`,
          { ca: target.ca, headers: { cookie: nurse.cookie, accept: 'text/event-stream' } },
          (response) => {
            response.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')));
            response.on('error', () => undefined);
            resolve(response.statusCode ?? 0);
          },
        );
        stream.on('error', reject);
      });
      expect(status).toBe(200);
      await eventually(() => chunks.join('').includes('hello') || undefined, 'the hello of the stream');
      const press = await asStation(target, 'icu-103-bed')('POST', '/calls', { type: 'service_request' });
      await eventually(() => chunks.join('').includes(press.body.id as string) || undefined, 'the press on the stream');
    });

    describe('what a client writes about its own way here does not pass', () => {
      it('X-Forwarded-Proto', async () => {
        const spoofed = { cookie: nurse.cookie, 'x-forwarded-proto': 'http', forwarded: 'proto=http;host=evil.example' };
        expect((await request(target, 'GET', '/api/v1/auth/session', { headers: spoofed })).status).toBe(200);
        const { socket } = await helloOf(target, nurse, { 'x-forwarded-proto': 'http' });
        socket.close();
      });

      it('X-Forwarded-Host, which would make a foreign page a page of ours', async () => {
        const spoofed = { cookie: nurse.cookie, origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
        const answer = await request(target, 'GET', '/api/v1/auth/session', { headers: spoofed });
        expect(answer).toMatchObject({ status: 403, body: { error: { code: 'ORIGIN_FORBIDDEN' } } });
        await expect(
          Socket.open(target, nurse.cookie, { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' }),
        ).rejects.toThrow(/403/);
        const own = await request(target, 'GET', '/api/v1/auth/session', { headers: { cookie: nurse.cookie, origin: target.url } });
        expect(own.status).toBe(200);
      });

      it('X-Forwarded-For, which would make somebody else the one who is recorded', async () => {
        const body = { username: 'nobody-of-ours', password: 'wrong' };
        const headers = { 'x-forwarded-for': '203.0.113.9', 'x-real-ip': '203.0.113.9', forwarded: 'for=203.0.113.9' };
        expect((await request(target, 'POST', '/api/v1/auth/login', { body, headers, from: WARD })).status).toBe(401);
        const [record] = await hospital.database.query<{ address: string }>(
          `SELECT host(address) AS address FROM audit WHERE action = 'sign_in' AND result = 'refused' ORDER BY id DESC LIMIT 1`,
        );
        expect(record?.address).toBe(WARD);
      });
    });

    describe('administration, probes and figures', () => {
      const asAdmin = (path: string, from: string) => request(target, 'GET', path, { headers: { cookie: admin.cookie }, from });

      it.each([
        ...['/api/v1/admin/audit', '/API/v1/Admin/audit', '/api/v1/admin/audit/', '/api/v1//admin/audit', '//api/v1/admin/audit'],
        ...['/api/v1/%61dmin/audit', '/api/v1/x/../admin/audit', '/api/v1/x/..%2fadmin/audit', '/./api/v1/admin/audit?x=/y'],
        ...['/api/v1/admin/staff/..%2f..%2fcalls', '/api/v1/admin/../calls/../admin/audit', '/api/v1/admin;x/audit', '/api/v1/admin'],
      ])('are not there for the world outside: %s', async (path) => {
        const answer = await asAdmin(path, OUTSIDE);
        expect([400, 404]).toContain(answer.status);
        expect(JSON.stringify(answer.body)).not.toContain('"items"');
        // The answer is the load balancer's, or the application's, which knows no such path in this spelling.
        if (answer.headers['x-request-id'] !== undefined) expect(answer.body.error.code).toBe('NOT_FOUND');
      });

      it.each(['/metrics', '/metrics/', '/METRICS', '/%6detrics', '//metrics', '/x/../metrics', '/metrics?x=1'])(
        'figures are for nobody here: %s',
        async (path) => {
          for (const from of [OUTSIDE, INSIDE]) expect([400, 404]).toContain((await asAdmin(path, from)).status);
        },
      );

      it.each(['/livez', '/readyz', '/READYZ', '/healthz', '/ws-health', '/healthz/ws'])('probes are for the inside: %s', async (path) => {
        expect((await asAdmin(path, OUTSIDE)).status).toBe(404);
      });

      it('are there for the hospital itself', async () => {
        expect((await asAdmin('/api/v1/admin/audit?limit=1', INSIDE)).body.items).toHaveLength(1);
        expect((await asAdmin('/readyz', INSIDE)).status).toBe(200);
      });
    });

    it('moves the clients of a killed node to the other one, without a request that fails, and uses it again when it is back', async () => {
      const { socket, serverId } = await helloOf(target, nurse);
      const node = hospital.nodes.find((one) => one.id === serverId);
      if (!node) throw new Error(`no node ${serverId}`);
      await node.end('SIGKILL');
      await socket.untilClosed();
      const moved = await reconnect(target, nurse);
      expect(moved.serverId).not.toBe(serverId);
      moved.socket.close();
      const press = asStation(target, 'icu-104-bed');
      for (let n = 0; n < 20; n++) {
        expect((await nurse.get('/departments')).status).toBe(200);
        expect((await press('POST', '/calls', { type: 'patient_normal' })).status).toBeLessThan(300);
      }
      await node.start();
      const others = await Promise.all(target.firstRun.staff.slice(0, 12).map((one) => signIn(target, one.username)));
      const back = await eventually(async () => {
        for (const session of others) {
          const { socket: again, serverId: place } = await helloOf(target, session);
          again.close();
          if (place === serverId) return true;
        }
        return undefined;
      }, 'a client on the node that is back');
      expect(back).toBe(true);
    });

    it('moves the clients of a node that is stopped in order', async () => {
      const { socket, serverId } = await helloOf(target, nurse);
      const node = hospital.nodes.find((one) => one.id === serverId);
      const stopping = node?.end('SIGTERM');
      expect((await socket.untilClosed()).code).toBe(1001);
      const moved = await reconnect(target, nurse);
      expect(moved.serverId).not.toBe(serverId);
      moved.socket.close();
      await stopping;
      await node?.start();
    });

    it('answers in our own way when no node does', async () => {
      const nobody = await freePort();
      const port = await freePort();
      const deserted = await start({ ...site, nodes: [`127.0.0.1:${String(nobody)}`, `127.0.0.1:${String(nobody)}`], port });
      try {
        const answer = await request({ url: `https://127.0.0.1:${String(port)}`, ca: pair.cert }, 'GET', '/api/v1/departments');
        expect(answer).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
        expect(answer.headers['retry-after']).toBe('1');
      } finally {
        await deserted.stop();
      }
    });

    it('asks the next node where one answers an upgrade with 503, as a draining or full one does, and goes on asking it for all else', async () => {
      const { server, port: fullPort, asked } = await fullNode();
      const port = await freePort();
      const two = hospital.nodes[1];
      const beside = await start({ ...site, nodes: [`127.0.0.1:${String(fullPort)}`, two.address], port });
      const there = { ...target, url: `https://127.0.0.1:${String(port)}` };
      try {
        for (const { username } of target.firstRun.staff.slice(0, 12)) {
          const { socket, serverId } = await helloOf(there, await signIn(target, username));
          expect(serverId).toBe(two.id);
          socket.close();
        }
        expect(asked.upgrades).toBeGreaterThan(0);
        await eventually(async () => {
          await request(there, 'GET', '/api/v1/departments', { headers: { cookie: `__Host-wardline=${String(Math.random())}` } });
          return asked.requests > 0 || undefined;
        }, 'a request at the full node');
      } finally {
        await beside.stop();
        server.close();
        server.closeAllConnections();
      }
    });

    it('holds one address to its number of connections, and no other one', async () => {
      const port = await freePort();
      const narrow = await start({ ...site, perAddress: 3, port });
      const there = { ...target, url: `https://127.0.0.1:${String(port)}` };
      const held: WebSocket[] = [];
      const come = (localAddress: string) =>
        new Promise<WebSocket>((resolve, reject) => {
          const options = { ca: pair.cert, localAddress, headers: { cookie: nurse.cookie } };
          const ws = new WebSocket(`${there.url.replace('http', 'ws')}/ws`, 'wardline.v1', options);
          ws.once('open', () => {
            held.push(ws);
            resolve(ws);
          });
          ws.once('error', reject);
        });
      try {
        for (let n = 0; n < 3; n++) await come(WARD);
        await expect(come(WARD)).rejects.toThrow();
        await come(INSIDE);
        held[0]?.close();
        await eventually(() => come(WARD).catch(() => undefined), 'a place that was given back');
      } finally {
        for (const ws of held) ws.terminate();
        await narrow.stop();
      }
    });

    it('speaks HTTP/2 to browsers, whose event streams then share one connection', async () => {
      const session = http2.connect(target.url, { ca: pair.cert });
      try {
        const stream = session.request({ ':path': '/api/v1/auth/session', cookie: nurse.cookie });
        const [headers] = await Promise.race([
          new Promise<[http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader]>((resolve) =>
            stream.once('response', (answer) => {
              resolve([answer]);
            }),
          ),
          new Promise<never>((_, reject) => stream.once('error', reject)),
        ]);
        expect(headers[':status']).toBe(200);
        stream.close();
      } finally {
        session.destroy();
      }
    });

    it.runIf(name === 'haproxy')("takes a browser's socket inside of HTTP/2 (RFC 8441)", async () => {
      const session = http2.connect(target.url, { ca: pair.cert });
      try {
        await new Promise((resolve) => session.once('remoteSettings', resolve));
        expect(session.remoteSettings.enableConnectProtocol).toBe(true);
        const stream = session.request({
          ...{ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/ws' },
          ...{ 'sec-websocket-version': '13', 'sec-websocket-protocol': 'wardline.v1', origin: target.url, cookie: nurse.cookie },
        });
        const status = await new Promise((resolve, reject) => {
          stream.once('response', (headers) => {
            resolve(headers[':status']);
          });
          stream.once('error', reject);
        });
        expect(status).toBe(200);
        const first = await new Promise<Buffer>((resolve) => stream.once('data', resolve));
        expect(first.toString('utf8')).toContain('"type":"hello"');
        stream.close();
      } finally {
        session.destroy();
      }
    });

    it.runIf(name === 'haproxy')(
      'sends requests to nodes that are not ready when none is, and they say in their own words why',
      async () => {
        const database = new URL(hospital.database.url).pathname.slice(1);
        const client = new pg.Client({ connectionString: inject('adminUrl') });
        await client.connect();
        const letIn = (yes: boolean) =>
          client.query(`ALTER DATABASE ${client.escapeIdentifier(database)} ALLOW_CONNECTIONS ${yes ? 'true' : 'false'}`);
        try {
          await letIn(false);
          await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [database]);
          await eventually(async () => {
            const readiness = await Promise.all(hospital.nodes.map((node) => node.readiness()));
            return readiness.every((status) => status === 503) || undefined;
          }, 'two nodes that are not ready');
          // Long enough for HAProxy's checks to find out.
          for (let n = 0; n < 25; n++) {
            const answer = await nurse.get('/departments');
            expect(answer).toMatchObject({ status: 503, body: { error: { code: 'UNAVAILABLE', retryable: true } } });
            expect(answer.headers['x-request-id']).toBeDefined();
            await sleep(200);
          }
        } finally {
          await letIn(true);
          await client.end();
        }
        await eventually(async () => ((await nurse.get('/departments')).status === 200 ? true : undefined), 'the ward as before');
      },
    );
  });
});

/** HAProxy's stickiness is a cookie of its own, which browsers keep with ours. */
async function helloWithStickiness(target: Target, session: Session, more = '') {
  const cookie = more === '' ? session.cookie : `${session.cookie}; ${more}`;
  const answer = await request(target, 'GET', '/api/v1/auth/session', { headers: { cookie } });
  expect(answer.status).toBe(200);
  const given = (answer.headers['set-cookie'] ?? []).find((line) => line.startsWith('wardline_node='))?.split(';')[0] ?? more;
  const socket = await Socket.open(target, [session.cookie, given].filter(Boolean).join('; '));
  const serverId = (await socket.until((frame) => frame.type === 'hello')).server_id as string;
  socket.close();
  return { serverId, cookie: given };
}

/** Ready, and out of sockets. */
async function fullNode(): Promise<{ server: Server; port: number; asked: { upgrades: number; requests: number } }> {
  const asked = { upgrades: 0, requests: 0 };
  const server = createServer((incoming, answer) => {
    if (incoming.url !== '/readyz' && incoming.url !== '/livez') asked.requests += 1;
    answer.end('{}');
  });
  server.on('upgrade', (_request, stream) => {
    asked.upgrades += 1;
    stream.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port, asked };
}

describe('the time limits of the load balancers', () => {
  const read = (file: string) => readFileSync(join(packageRoot(), 'deploy', file), 'utf8');
  it('leave more than twice the time between two heartbeats', () => {
    const nginx = [...read('nginx/nginx.conf').matchAll(/proxy_(?:read|send)_timeout (\d+)s;/g)].map((found) => Number(found[1]));
    const haproxy = [...read('haproxy/haproxy.cfg').matchAll(/timeout (?:client|server|tunnel)\s+(\d+)s/g)].map((found) =>
      Number(found[1]),
    );
    expect(nginx).toEqual([60, 60]);
    expect(haproxy).toEqual([60, 60, 60]);
    for (const seconds of [...nginx, ...haproxy]) expect(seconds).toBeGreaterThan(2 * HEARTBEAT_SEC);
  });
});
