import { once } from 'node:events';
import { connect as connectPlain, type Socket as TcpSocket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionSlots } from '../../../src/realtime/capacity/connection-slots.js';
import { request, type Session, signIn } from '../../support/clients/client.js';
import { dial, exchange, type RawAnswer } from '../../support/clients/raw-connection.js';
import { upgradeText } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

async function metric(node: TestWardline, name: string): Promise<number> {
  const { body } = await request(node, 'GET', '/metrics');
  const line = (body as string).split('\n').find((one) => one.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? 0);
}

function connections(node: TestWardline): Promise<number> {
  return new Promise((resolve, reject) => {
    node.app.getHttpServer().getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}

function errorOf(answer: RawAnswer): { code: string; message: string } {
  return (JSON.parse(answer.body) as { error: { code: string; message: string } }).error;
}

/** Sends a byte at a time, while the server listens. */
async function drip(socket: TcpSocket, text: string): Promise<void> {
  for (const byte of text) {
    if (socket.destroyed) return;
    socket.write(byte);
    await sleep(50);
  }
}

// Node by itself looks for slow handshakes every 30 s: longer than anybody here waits.
describe.each(['plain', 'TLS'])('a handshake over %s that is not finished in HANDSHAKE_TIMEOUT_SEC', (transport) => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await startTestWardline({ env: { HANDSHAKE_TIMEOUT_SEC: '1', REQUIRE_WSS: String(transport === 'TLS') } });
  });
  afterAll(() => node.stop());

  const upgrade = upgradeText('/ws');
  it.each([
    ['nothing at all', []],
    ['half a request line', ['GET /w']],
    ['a request line', ['GET /ws HTTP/1.1\r\n']],
    ['half the headers', [upgrade.slice(0, upgrade.length / 2)]],
    ['all but the last line feed', [upgrade.slice(0, -1)]],
  ])('is cut: %s', async (_, parts) => {
    expect((await exchange(node, parts)).status).toBeUndefined();
    expect(await metric(node, 'wardline_connections_cut_total{reason="slow_handshake"}')).toBeGreaterThan(0);
  });

  it('is cut: headers that come a byte at a time, without end', async () => {
    const { socket, ready } = dial(node);
    await ready;
    // A byte that is on its way when the node cuts is answered with a reset.
    const closed = new Promise<void>((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
    await drip(socket, `GET /ws HTTP/1.1\r\nX-Slow: ${'x'.repeat(2000)}`);
    await closed;
  });

  it('is answered 408 and cut: a later request on the same connection', async () => {
    const answer = await exchange(node, ['GET /livez HTTP/1.1\r\nHost: x\r\n\r\n', 'GET /livez HTTP/1.1\r\nHos']);
    const statuses = [...`${answer.headers}${answer.body}`.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => match[1]);
    expect(statuses).toEqual(['200', '408']);
    expect(answer.body).toContain('REQUEST_TIMEOUT');
  });

  it('does not concern who has finished it: a socket and a long poll live on', async () => {
    const anna = await signIn(node, 'icu-nurse-1');
    const head = (await anna.get('/departments/icu/events')).body.head as number;
    const polled = anna.get(`/departments/icu/events?after=${String(head)}&wait=3`);
    const { socket, ready } = dial(node);
    await ready;
    socket.write(upgradeText('/ws', { cookie: anna.cookie }));
    expect((await polled).status).toBe(200);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('leaves nothing behind', async () => {
    await eventually(async () => ((await connections(node)) <= 1 ? true : undefined), 'the connections to be gone');
  });
});

describe('a handshake that is no TLS', () => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await startTestWardline({ env: { HANDSHAKE_TIMEOUT_SEC: '1' } });
  });
  afterAll(() => node.stop());

  it.each([
    ['plain HTTP', upgradeText('/ws')],
    ['garbage', 'x'.repeat(5000)],
    ['a hello with a wrong version', Buffer.from('160300002f0100002b0300', 'hex')],
    ['half a hello', Buffer.from('1603010200', 'hex')],
    ['nothing', ''],
  ])('is cut and counted: %s', async (what, bytes) => {
    const before = await metric(node, 'wardline_tls_errors_total');
    const socket = connectPlain(Number(new URL(node.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    const heard: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => heard.push(chunk));
    await once(socket, 'connect');
    if (bytes !== '') socket.write(bytes);
    await once(socket, 'close');
    expect(Buffer.concat(heard).toString('latin1')).not.toContain('HTTP/1.1 2');
    if (what !== 'nothing') {
      await eventually(
        async () => ((await metric(node, 'wardline_tls_errors_total')) > before ? true : undefined),
        'the error to be counted',
      );
    }
    expect((await request(node, 'GET', '/livez')).status).toBe(200);
  });
});

describe('headers', () => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await startTestWardline({ env: { REQUIRE_WSS: 'false' } });
  });
  afterAll(() => node.stop());

  it('of more than 16 KiB are refused with 431 and a JSON body', async () => {
    for (const path of ['/ws', '/livez']) {
      const answer = await exchange(node, [upgradeText(path, { 'x-huge': 'x'.repeat(20_000) })]);
      expect([answer.status, errorOf(answer).code]).toEqual([431, 'PAYLOAD_TOO_LARGE']);
    }
  });

  it('that are not HTTP are refused with 400 and a JSON body', async () => {
    for (const text of ['GET /ws HTTP/9.9\r\n\r\n', '\x16\x03\x01\r\n\r\n', 'GET /ws HTTP/1.1\r\nno colon\r\n\r\n']) {
      const answer = await exchange(node, [text]);
      expect([text, answer.status, answer.status === 400 && errorOf(answer).code]).toEqual([text, 400, 'VALIDATION_FAILED']);
    }
  });
});

describe('an upgrade that is no handshake of RFC 6455', () => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await startTestWardline({ env: { REQUIRE_WSS: 'false' } });
  });
  afterAll(() => node.stop());

  it.each(['12', '8', '', 'x'])('of version "%s" is told the version that is spoken', async (version) => {
    const answer = await exchange(node, [upgradeText('/ws', { 'sec-websocket-version': version })]);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(answer.headers).toContain('\r\nSec-WebSocket-Version: 13');
  });

  it('over HTTP/1.0 is none', async () => {
    const anna = await signIn(node, 'icu-nurse-1');
    const text = upgradeText('/ws', { cookie: anna.cookie });
    expect((await exchange(node, [text.replace('HTTP/1.1', 'HTTP/1.0')])).status).toBe(400);
    expect((await exchange(node, [text])).status).toBe(101);
  });
});

describe('fuzzed upgrades', () => {
  let node: TestWardline;
  let anna: Session;
  beforeAll(async () => {
    node = await startTestWardline({
      env: {
        REQUIRE_WSS: 'false',
        CONNECT_RATE_LIMIT: '0',
        HANDSHAKE_TIMEOUT_SEC: '2',
        MAX_CONNECTIONS_PER_SESSION: '1000',
        MAX_CONNECTIONS_PER_USER: '1000',
      },
    });
    anna = await signIn(node, 'icu-nurse-1');
  });
  afterAll(() => node.stop());

  /** The process is up, and nobody holds anything. */
  async function atRest(): Promise<void> {
    const slots = node.app.get(ConnectionSlots, { strict: false });
    await eventually(() => (slots.size === 0 ? true : undefined), 'all slots to be free');
    await eventually(async () => ((await connections(node)) <= 1 ? true : undefined), 'the connections to be gone');
    expect((await request(node, 'GET', '/livez')).status).toBe(200);
    expect(node.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  }

  // All at their longest together stay under the 16 KiB of headers, which have a refusal of their own.
  const OURS = 'wardline.v1';
  const paths = fc.constantFrom(
    ...[
      '/ws',
      '/ws',
      '/ws',
      '/ws?',
      '/ws?x=/other',
      '/ws?%00',
      '/',
      '/ws/',
      '//ws',
      '/ws//',
      '/WS',
      '/%77s',
      '/ws%20',
      '/ws%00',
      '/./ws',
      '/x/../ws',
    ],
    ...['/ws;x', '/ws#x', '/ws\\', '/wss', '*', 'http://127.0.0.1/ws', 'ws://evil.example/ws', `/${'w'.repeat(2000)}`],
  );
  // Any other upgrade is ignored: socket.test.ts.
  const upgrades = fc.constantFrom('websocket', 'websocket', 'WebSocket', 'WEBSOCKET', 'websocket, h2c');
  const versions = fc.constantFrom('13', '13', '13', '12', '8', '0', '013', '13.0', '-13', '13, 8', 'x', '');
  const keys = fc.oneof(
    { weight: 4, arbitrary: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => Buffer.from(bytes).toString('base64')) },
    fc.constantFrom('', 'short', 'A'.repeat(24), `${'A'.repeat(22)}=`, `${'é'.repeat(22)}==`, 'A'.repeat(2000)),
  );
  const protocols = fc.option(
    fc.constantFrom(OURS, `chat, ${OURS}`, `${OURS},${OURS}`, 'chat', 'WARDLINE.V1', `${OURS}x`, ',', ' ', `${'x,'.repeat(1000)}x`),
    { nil: undefined },
  );
  const origins = fc.option(
    fc.constantFrom(
      'http://127.0.0.1',
      'https://127.0.0.1',
      'http://127.0.0.1.evil.example',
      'http://evil.example',
      'null',
      '',
      'http://',
      'x'.repeat(500),
    ),
    { nil: undefined },
  );
  const cookies = fc.constantFrom('none', 'good', 'good', 'other', 'forged', 'signature', 'twice', 'empty', 'huge');
  const forwarded = fc.dictionary(
    fc.constantFrom('x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host', 'forwarded', 'x-real-ip', 'via'),
    fc.constantFrom('127.0.0.1', 'https', 'evil.example', 'for=127.0.0.1;proto=https', '::1', '999.1.1.1', ', ,', 'x'.repeat(1000)),
    { maxKeys: 4 },
  );
  const methods = fc.constantFrom('GET', 'GET', 'GET', 'GET', 'POST', 'PUT', 'OPTIONS', 'get');

  function cookieOf(kind: string): string | undefined {
    const [name = '', value = ''] = anna.cookie.split('=');
    const [token = '', signature = ''] = value.split('.');
    const by: Record<string, string | undefined> = {
      good: anna.cookie,
      other: 'theme=dark',
      forged: `${name}=${'A'.repeat(43)}.${'A'.repeat(43)}`,
      signature: `${name}=${token}.${signature.slice(0, -1)}`,
      twice: `theme=dark; ${anna.cookie}`,
      empty: `${name}=`,
      huge: `${name}=${'A'.repeat(4000)}`,
    };
    return by[kind];
  }

  /** realtime.md's table, once more and in short. */
  function expected(ask: {
    method: string;
    path: string;
    upgrade: string;
    version: string;
    key: string;
    protocol: string | undefined;
    origin: string | undefined;
    cookie: string;
  }): number | string {
    if (ask.method === 'get') return 400;
    if (ask.path.split('?')[0] !== '/ws') return ask.path === '*' || ask.path.startsWith('/') || ask.path.includes('://') ? 404 : 400;
    if (ask.origin !== undefined && ask.origin !== 'http://127.0.0.1') return 403;
    const isHandshake =
      ask.method === 'GET' && ask.upgrade.toLowerCase() === 'websocket' && ask.version === '13' && /^[A-Za-z0-9+/]{22}==$/.test(ask.key);
    if (!isHandshake) return 400;
    const asked = ask.protocol?.split(',').map((one) => one.trim());
    // RFC 6455, 4.1: none twice.
    if (asked && (!asked.includes(OURS) || new Set(asked).size < asked.length)) return 400;
    if (['none', 'other', 'empty'].includes(ask.cookie)) return 'close 4001';
    return ['good', 'twice'].includes(ask.cookie) ? 'open' : 'close 4002';
  }

  function outcome({ status, closeCode }: RawAnswer): number | string | undefined {
    if (status !== 101) return status;
    return closeCode === 0 ? 'open' : `close ${String(closeCode)}`;
  }

  it('get what the table of guards says, whatever they carry; every refusal has a JSON body that repeats nothing', async () => {
    const asks = fc.record({
      method: methods,
      path: paths,
      upgrade: upgrades,
      version: versions,
      key: keys,
      protocol: protocols,
      origin: origins,
      cookie: cookies,
      forwarded,
    });
    await fc.assert(
      fc.asyncProperty(asks, fc.nat(3), async (ask, cuts) => {
        const cookie = cookieOf(ask.cookie);
        const text = upgradeText(ask.path, {
          upgrade: ask.upgrade,
          'sec-websocket-version': ask.version,
          'sec-websocket-key': ask.key,
          ...(ask.protocol !== undefined && { 'sec-websocket-protocol': ask.protocol }),
          ...(ask.origin !== undefined && { origin: ask.origin }),
          ...(cookie !== undefined && { cookie }),
          ...ask.forwarded,
        }).replace(/^GET/, ask.method);
        const size = Math.ceil(text.length / (cuts + 1));
        const parts = Array.from({ length: cuts + 1 }, (_, index) => Buffer.from(text.slice(index * size, (index + 1) * size), 'utf8'));
        const answer = await exchange(node, parts);
        expect([ask, outcome(answer)]).toEqual([ask, expected(ask)]);
        if (answer.status !== 101) {
          expect(errorOf(answer)).toMatchObject({ code: expect.any(String) as string, message: expect.any(String) as string });
          expect(answer.body).not.toContain('evil');
        }
      }),
      { numRuns: 400 },
    );
    await atRest();
  });

  it('that are cut short, doubled, or followed by anything leave the process up and nothing held', async () => {
    const good = () => upgradeText('/ws', { cookie: anna.cookie });
    const texts = fc.oneof(
      fc.nat(400).map((end) => good().slice(0, end)),
      fc.uint8Array({ maxLength: 600 }).map((bytes) => `${good()}${Buffer.from(bytes).toString('latin1')}`),
      fc.constant(null).map(() => good() + good()),
      fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.string({ maxLength: 200 }).map((name) => good().replace('host:', `${name}:`)),
      fc.string({ maxLength: 200, unit: 'binary' }).map((value) => good().replace('127.0.0.1', value)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(texts, { minLength: 1, maxLength: 8 }), fc.boolean(), async (many, hangUp) => {
        const answers = await Promise.all(many.map((text) => exchange(node, [Buffer.from(text, 'latin1')], { hangUp })));
        for (const { status } of answers) expect([undefined, 101, 200, 400, 403, 404, 413, 415, 431]).toContain(status);
      }),
      { numRuns: 40 },
    );
    await atRest();
  });
});
