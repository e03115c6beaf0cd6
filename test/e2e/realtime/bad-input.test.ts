import { randomUUID } from 'node:crypto';
import { connect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, request, signIn, type Answer, type AnyFrame, type Session } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** Part of everything that is sent; it must come back nowhere. */
const MARK = 'zq7Marker9x';

let wardline: TestWardline;
let anna: Session;
let stationKey: string;
/** An open call of Anna's department. */
let call: AnyFrame;
/** The department before each test. */
let before: AnyFrame;

beforeAll(async () => {
  // Nobody acknowledges here, and nobody is to be passed over for it: each look compares with the first.
  wardline = await startTestWardline({ env: { RECEIPT_SEC: '0', ESCALATION_REPEAT_SEC: '3600' } });
  anna = await signIn(wardline, 'icu-nurse-1');
  stationKey = wardline.firstRun.stations.find(({ id }) => id === 'icu-101-bed')?.key ?? '';
});
afterAll(() => wardline.stop());

beforeEach(async () => {
  // The one that is open, or a new one should a test have closed it: a press of an open one would count.
  const station = asStation(wardline, 'icu-101-bed');
  const open = (await station('GET', '/calls')).body.items.find((one: AnyFrame) => one.state === 'pending');
  call = open ?? (await station('POST', '/calls', { type: 'patient_normal' })).body;
  before = (await anna.get('/departments/icu/snapshot')).body;
  expect(before.data.calls).toEqual(expect.arrayContaining([expect.objectContaining({ id: call.id, state: 'pending' })]));
});

afterEach(async () => {
  expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
  expect(wardline.log.filter((line) => line.toLowerCase().includes(MARK.toLowerCase()))).toEqual([]);
});

type Who = 'nobody' | 'nurse' | 'station';

function credentials(who: Who): Record<string, string> {
  if (who === 'nurse') return { cookie: anna.cookie, 'x-csrf-token': anna.csrf, 'idempotency-key': randomUUID() };
  return who === 'station' ? { authorization: `Bearer ${stationKey}` } : {};
}

/** The rules of every refusal: no 5xx, the error's shape, a request id, nothing of the input. */
function expectRefusal(answer: Answer, what: unknown): void {
  const seen = { what, status: answer.status, body: answer.body as unknown };
  expect(seen).toMatchObject({ status: expect.toSatisfy((status: number) => status >= 400 && status < 500, 'a 4xx') as number });
  expect(seen).toMatchObject({
    body: {
      error: {
        code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/) as string,
        message: expect.any(String) as string,
        retryable: expect.any(Boolean) as boolean,
        request_id: expect.any(String) as string,
      },
    },
  });
  expect(Object.keys(answer.body)).toEqual(['error']);
  expect(['code', 'message', 'details', 'retryable', 'retry_after', 'request_id']).toEqual(
    expect.arrayContaining(Object.keys(answer.body.error)),
  );
  expect(answer.headers['x-request-id']).toBe(answer.body.error.request_id);
  expectNoEcho(answer);
}

function expectNoEcho(answer: Answer): void {
  expect(`${JSON.stringify(answer.body)}${JSON.stringify(answer.headers)}`.toLowerCase()).not.toContain(MARK.toLowerCase());
}

async function expectNothingChanged(): Promise<void> {
  expect((await anna.get('/departments/icu/snapshot')).body.data).toEqual(before.data);
  const since = await anna.get(`/departments/icu/events?after=${String(before.seq)}`);
  // The engines may report meanwhile that nobody is connected: that is not part of the input.
  expect(since.body.items.filter((event: AnyFrame) => !event.type.startsWith('department.'))).toEqual([]);
}

interface Route {
  method: string;
  path: string;
  who: Who;
  /** The body's fields, with values of which at least one is always wrong. */
  fields: string[];
}

const ROUTES = (): Route[] => [
  { method: 'POST', path: '/auth/login', who: 'nobody', fields: ['username', 'password'] },
  { method: 'POST', path: '/auth/password', who: 'nurse', fields: ['current_password', 'new_password'] },
  { method: 'POST', path: '/calls', who: 'nurse', fields: ['type', 'room_id', 'bed_id'] },
  ...['accept', 'decline', 'arrive', 'complete', 'cancel'].map((command) => ({
    method: 'POST',
    path: `/calls/${call.id as string}/${command}`,
    who: 'nurse' as const,
    fields: ['version', 'reason'],
  })),
  { method: 'POST', path: '/stations/self/calls', who: 'station', fields: ['type'] },
  { method: 'POST', path: `/stations/self/calls/${call.id as string}/cancel`, who: 'station', fields: [] },
  { method: 'POST', path: `/stations/self/calls/${call.id as string}/presence`, who: 'station', fields: [] },
];

const hostileText = fc.oneof(
  fc.constantFrom(
    MARK,
    `${MARK}\u0000`,
    `'; DROP TABLE calls; -- ${MARK}`,
    `\${${MARK}}`,
    `<script>${MARK}</script>`,
    `../../${MARK}`,
    `\r\nx-${MARK}: 1`,
    `\ud800${MARK}`,
    MARK.repeat(200),
    `{"$ne":"${MARK}"}`,
  ),
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => MARK + text),
);
/** Any JSON with the mark in it that is no proper value of any field: never a string, a number or absent. */
const hostileValue = fc.oneof(
  { depthSize: 'small' },
  fc.constantFrom(null, true, [], {}, [MARK], { [MARK]: 1 }, [[[[MARK]]]], 1e308, -0.5, { toString: MARK }, { length: 1e9 }),
  fc.dictionary(hostileText, fc.jsonValue({ maxDepth: 3 }), { minKeys: 1, maxKeys: 4 }),
  fc.array(fc.oneof(hostileText, fc.jsonValue({ maxDepth: 2 })), { maxLength: 4 }),
);

describe('bodies of any form', () => {
  it.each(
    [
      '/auth/login',
      '/auth/password',
      '/calls',
      'accept',
      'decline',
      'arrive',
      'complete',
      'cancel',
      '/stations/self/calls',
      'self cancel',
      'presence',
    ].map((name, index) => [name, index] as const),
  )('%s: a wrong field, or an unknown one, is refused with 400, and nothing changes', async (_, index) => {
    const route = ROUTES()[index] as Route;
    const wrongField = fc
      .record({ field: fc.constantFrom(...(route.fields.length > 0 ? route.fields : ['none'])), value: hostileValue })
      .map(({ field, value }) => ({ [field]: value }));
    const unknownField = fc.tuple(hostileText, fc.jsonValue({ maxDepth: 2 })).map(([key, value]) => ({ [key]: value }));
    const proper = {
      type: 'code_blue',
      room_id: 'icu-102',
      version: 1,
      reason: 'x',
      username: 'icu-nurse-2',
      password: 'x',
      current_password: 'x',
      new_password: 'long-enough-password',
    };
    const base = Object.fromEntries(Object.entries(proper).filter(([field]) => route.fields.includes(field)));
    const body = fc.oneof(
      wrongField.map((wrong) => ({ ...base, ...wrong })),
      unknownField.map((unknown) => ({ ...base, ...unknown })),
      fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
      hostileText,
      fc.constantFrom(null, 42, true, MARK),
    );
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        const answer = await request(wardline, route.method, `/api/v1${route.path}`, {
          body: JSON.stringify(sent),
          headers: credentials(route.who),
        });
        expectRefusal(answer, { route: route.path, sent });
        expect({ sent, status: answer.status }).toEqual({ sent, status: 400 });
      }),
      { numRuns: 40 },
    );
    await expectNothingChanged();
  });

  it('malformed JSON is refused with 400', async () => {
    for (const route of ROUTES()) {
      for (const body of [
        '{',
        `{"${MARK}"`,
        MARK,
        '{"a":1,}',
        "{'a':1}",
        '{"a":1}{"b":2}',
        '\u0000',
        '[',
        '"',
        `{"type":"patient_normal"} ${MARK}`,
        '{"a":NaN}',
        '\ufeff\ufeff{}',
        `{"a":${'['.repeat(3000)}`,
      ]) {
        const answer = await request(wardline, route.method, `/api/v1${route.path}`, { body, headers: credentials(route.who) });
        expectRefusal(answer, { route: route.path, body });
        expect([route.path, body, answer.status]).toEqual([route.path, body, 400]);
      }
    }
    await expectNothingChanged();
  });

  it('deep nesting is refused with 400', async () => {
    for (const route of ROUTES()) {
      for (const body of [
        '{"type":'.repeat(4000) + '1' + '}'.repeat(4000),
        '['.repeat(20_000) + ']'.repeat(20_000),
        `{"reason":${'['.repeat(10_000)}"${MARK}"${']'.repeat(10_000)}}`,
      ]) {
        const answer = await request(wardline, route.method, `/api/v1${route.path}`, { body, headers: credentials(route.who) });
        expectRefusal(answer, route.path);
        expect(answer.status).toBe(400);
      }
    }
    await expectNothingChanged();
  });

  it('over 64 KiB is refused with 413, below it is read', async () => {
    for (const route of ROUTES()) {
      const over = await request(wardline, route.method, `/api/v1${route.path}`, {
        body: JSON.stringify({ [MARK]: 'x'.repeat(65_536) }),
        headers: credentials(route.who),
      });
      expectRefusal(over, route.path);
      expect([route.path, over.status]).toEqual([route.path, 413]);
      const below = await request(wardline, route.method, `/api/v1${route.path}`, {
        body: JSON.stringify({ [MARK]: 'x'.repeat(65_000) }),
        headers: credentials(route.who),
      });
      expectRefusal(below, route.path);
      expect([route.path, below.status]).toEqual([route.path, 400]);
    }
    await expectNothingChanged();
  });

  it('packed small and unpacked large is refused, too: a zip bomb is no way around the limit', async () => {
    const bomb = gzipSync(Buffer.from(JSON.stringify({ [MARK]: 'x'.repeat(20_000_000) })));
    for (const route of ROUTES()) {
      const answer = await request(wardline, route.method, `/api/v1${route.path}`, {
        body: bomb,
        headers: { ...credentials(route.who), 'content-encoding': 'gzip' },
      });
      expectRefusal(answer, route.path);
      expect([413, 415]).toContain(answer.status);
    }
    for (const encoding of ['gzip', 'br', 'deflate', MARK, 'gzip, gzip']) {
      const answer = await request(wardline, 'POST', '/api/v1/stations/self/calls', {
        body: `{"type":"code_blue"}`,
        headers: { ...credentials('station'), 'content-encoding': encoding },
      });
      expectRefusal(answer, encoding);
    }
    await expectNothingChanged();
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/jsonp',
    '',
    MARK,
    'application/json; charset=utf-16',
    `application/json; charset=${MARK}`,
  ])('of content type "%s" is refused with a 4xx, and not taken for JSON', async (type) => {
    for (const [route, body] of [
      ['/stations/self/calls', '{"type":"code_blue"}'],
      ['/stations/self/calls', 'type=code_blue'],
      ['/calls', '{"type":"code_blue","room_id":"icu-102"}'],
      ['/calls', 'type=code_blue&room_id=icu-102'],
      ['/auth/login', `{"username":"icu-nurse-2","password":"${MARK}"}`],
      ['/auth/login', `username=icu-nurse-2&password=${MARK}`],
    ] as const) {
      const who = route === '/auth/login' ? 'nobody' : route === '/calls' ? 'nurse' : 'station';
      const answer = await request(wardline, 'POST', `/api/v1${route}`, {
        body: Buffer.from(body),
        headers: { ...credentials(who), 'content-type': type },
      });
      expectRefusal(answer, { route, body });
      expect([400, 415]).toContain(answer.status);
    }
    await expectNothingChanged();
  });

  it('__proto__, constructor and their like are unknown fields: 400, and no object changes', async () => {
    const taken: string[] = [];
    for (const route of ROUTES()) {
      for (const key of ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__', 'valueOf']) {
        // Each field as it should be, in the state that the command does not fit: what is not refused for the key changes nothing either.
        const proper: Record<string, string> = {
          username: '"no-such-user"',
          password: '"x"',
          current_password: '"x"',
          new_password: '"long-enough-password"',
          type: '"service_request"',
          room_id: '"icu-102"',
          version: '99',
          reason: '"x"',
        };
        const fields = route.fields.filter((field) => field in proper).map((field) => `"${field}":${proper[field] ?? ''},`);
        const body = `{${fields.join('')}"${key}":{"role":"admin","departments":["med"],"${MARK}":1}}`;
        const answer = await request(wardline, route.method, `/api/v1${route.path}`, { body, headers: credentials(route.who) });
        expectNoEcho(answer);
        if (answer.status !== 400) taken.push(`${route.path.replace(call.id as string, ':id')} ${key}: ${String(answer.status)}`);
      }
    }
    expect(taken).toEqual([]);
    expect(({} as Record<string, unknown>)['role']).toBeUndefined();
    expect(({} as Record<string, unknown>)[MARK]).toBeUndefined();
    expect((await anna.get('/auth/session')).body.user).toMatchObject({ role: 'nurse', departments: ['icu'] });
    await expectNothingChanged();
  });
});

describe('parameters of any form', () => {
  const segment = fc.oneof(
    hostileText.map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, '?'))),
    fc.constantFrom(
      '__proto__',
      'constructor',
      '%00',
      '%2e%2e',
      '%2e%2e%2f%2e%2e%2f',
      '..%5c',
      '%252e%252e',
      '%ff%fe',
      '%E0%A4%A',
      '%',
      'null',
      'undefined',
      '*',
      '-1',
      '0',
      '1e9',
      'NaN',
      '%20',
      '%0d%0aX-Evil:1',
    ),
    fc.webSegment().map((text) => `${MARK}${text}`),
  );

  it('in the path: a 4xx in the error’s shape', async () => {
    const paths: [string, Who, (text: string) => string][] = [
      ['GET', 'nurse', (text) => `/calls/${text}`],
      ...['accept', 'cancel', 'complete'].map((command): [string, Who, (text: string) => string] => [
        'POST',
        'nurse',
        (text) => `/calls/${text}/${command}`,
      ]),
      ['POST', 'nurse', (text) => `/calls/${call.id as string}/${text}`],
      ['GET', 'nurse', (text) => `/departments/${text}/snapshot`],
      ['GET', 'nurse', (text) => `/departments/${text}/events`],
      ['POST', 'nurse', (text) => `/departments/${text}/shifts`],
      ['DELETE', 'nurse', (text) => `/departments/${text}/shifts/mine`],
      ['GET', 'nurse', (text) => `/departments/icu/${text}`],
      ['POST', 'station', (text) => `/stations/self/calls/${text}/cancel`],
      ['POST', 'station', (text) => `/stations/self/calls/${text}/presence`],
      ['GET', 'station', (text) => `/stations/${text}`],
      ['GET', 'nobody', (text) => `/${text}`],
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), segment, async ([method, who, path], text) => {
        const answer = await request(wardline, method, `/api/v1${path(text)}`, {
          ...(method === 'POST' && { body: {} }),
          headers: credentials(who),
        });
        expectRefusal(answer, { method, path: path(text) });
      }),
      { numRuns: 250 },
    );
    await expectNothingChanged();
  });

  it('in the path: the parameter that is wrong is named', async () => {
    const admin = await signIn(wardline, 'admin');
    for (const [path, parameter] of [
      ['/admin/departments/No%20Slug', 'dept'],
      ['/admin/departments/icu/rooms/No%20Slug', 'id'],
      ['/admin/staff/nobody', 'id'],
    ]) {
      const answer = await admin.get(path!);
      expectRefusal(answer, { method: 'GET', path });
      expect([answer.status, answer.body.error.details.fields[0].path]).toEqual([400, parameter]);
    }
  });

  it('in the query: a 4xx in the error’s shape, or a proper answer; never a 5xx, never an echo', async () => {
    const paths = [
      '/calls',
      '/departments',
      '/departments/icu/events',
      '/departments/icu/snapshot',
      `/calls/${call.id as string}`,
      '/auth/session',
    ];
    const key = fc.constantFrom('dept', 'state', 'cursor', 'limit', 'after', 'wait', 'dept[]', 'dept[a]', '__proto__', 'after[$gt]', MARK);
    const value = fc.oneof(
      segment,
      fc.constantFrom('', '-1', '1.5', '9'.repeat(30), '1e5', '0x10', '%201', '%D9%A1', 'icu', 'open', '99999999999999999999'),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 4 }), async (path, pairs) => {
        // `wait` would hold the answer back as long as it says.
        const query = pairs.map(([name, text]) => `${encodeURIComponent(name)}=${name === 'wait' ? MARK : text}`).join('&');
        const answer = await request(wardline, 'GET', `/api/v1${path}?${query}`, { headers: credentials('nurse') });
        if (answer.status >= 400) expectRefusal(answer, `${path}?${query}`);
        else expectNoEcho(answer);
      }),
      { numRuns: 250 },
    );
  });

  it.each([
    '/calls?limit=-1',
    '/calls?limit=abc',
    '/calls?limit=1.5',
    '/calls?state=asleep',
    `/calls?cursor=${MARK}`,
    '/calls?cursor=eyJhIjoxfQ',
    '/calls?dept=icu&dept=med',
    '/calls?dept[]=icu',
    '/departments/icu/events?after=-1',
    '/departments/icu/events?after=abc',
    '/departments/icu/events?after=1e400',
    '/departments/icu/events?limit=-5',
  ])('%s is refused with 400', async (path) => {
    const answer = await request(wardline, 'GET', `/api/v1${path}`, { headers: credentials('nurse') });
    expectRefusal(answer, path);
    expect(answer.status).toBe(400);
  });
});

describe('headers of any form', () => {
  it('a 4xx in the error’s shape, or a proper answer; never a 5xx, never an echo', async () => {
    const name = fc.constantFrom(
      'cookie',
      'authorization',
      'x-csrf-token',
      'idempotency-key',
      'origin',
      'x-request-id',
      'traceparent',
      'x-forwarded-for',
      'x-forwarded-proto',
      'x-forwarded-host',
      'accept',
      'accept-language',
      'if-none-match',
      'range',
      'user-agent',
      'last-event-id',
      'referer',
      'x-http-method-override',
      'forwarded',
    );
    const value = fc.oneof(
      fc.constantFrom(
        MARK,
        `Bearer ${MARK}`,
        `__Host-wardline=${MARK}`,
        `__Host-wardline="${MARK}`,
        `__Host-wardline=%${MARK}`,
        '',
        ' ',
        ';;;===',
        'null',
        '*',
        `00-${MARK}-01`,
        'bytes=0-999999',
        'W/"1"',
        MARK.repeat(300),
      ),
      fc
        .string({
          unit: fc
            .integer({ min: 0x21, max: 0xff })
            .filter((code) => code !== 0x7f)
            .map((code) => String.fromCharCode(code)),
          maxLength: 60,
        })
        .map((text) => `${MARK}${text}`),
    );
    const targets: [string, string, Who, unknown][] = [
      ['GET', '/auth/session', 'nurse', undefined],
      ['GET', '/calls?dept=icu', 'nurse', undefined],
      ['GET', '/stations/self', 'station', undefined],
      ['POST', `/calls/${call.id as string}/complete`, 'nurse', {}],
      ['POST', '/auth/login', 'nobody', { username: 'no-such-user', password: MARK }],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        fc.dictionary(name, value, { minKeys: 1, maxKeys: 4 }),
        async ([method, path, who, body], headers) => {
          const answer = await request(wardline, method, `/api/v1${path}`, {
            ...(body !== undefined && { body }),
            headers: { ...credentials(who), ...headers },
          });
          if (answer.status >= 400) expectRefusal(answer, { method, path, headers });
          else expectNoEcho(answer);
        },
      ),
      { numRuns: 250 },
    );
    await expectNothingChanged();
  });

  it('X-Request-Id comes with every answer, and is never the client’s text', async () => {
    const ids = new Set<unknown>();
    const paths = [
      '/api/v1/auth/session',
      '/api/v1/departments',
      '/api/v1/nowhere',
      '/nowhere',
      '/',
      '/livez',
      '/readyz',
      '/healthz',
      '/api/openapi.json',
      '/metrics',
      '/api/v1/calls/%',
    ];
    for (const path of paths) {
      const answer = await request(wardline, 'GET', path, { headers: { cookie: anna.cookie, 'x-request-id': MARK } });
      expect([path, answer.headers['x-request-id']]).toEqual([path, expect.stringMatching(/^[A-Za-z0-9_-]{8,64}$/)]);
      expectNoEcho(answer);
      ids.add(answer.headers['x-request-id']);
    }
    expect(ids.size).toBe(paths.length);
  });

  it('too many or too large are refused, and the process goes on', async () => {
    const large = await request(wardline, 'GET', '/api/v1/auth/session', {
      headers: { cookie: anna.cookie, 'x-large': MARK.repeat(5000) },
    }).catch(() => undefined);
    if (large) expect([400, 431]).toContain(large.status);
    const many = await request(wardline, 'GET', '/api/v1/auth/session', {
      headers: { cookie: anna.cookie, ...Object.fromEntries(Array.from({ length: 1500 }, (_, index) => [`x-${String(index)}`, '1'])) },
    }).catch(() => undefined);
    if (many) expect(many.status).toBeLessThan(500);
  });
});

describe('paths and methods', () => {
  it.each(
    [
      ...[
        '/',
        '//',
        '/api',
        '/api/v1',
        '/api/v2/calls',
        '/api/v1/',
        '/api//v1//calls',
        '/api/v1/../../etc/passwd',
        '/api/v1/%2e%2e/%2e%2e/etc/passwd',
        '/api/v1/calls/..%2f..%2fauth%2fsession',
        `/${MARK}`,
      ],
      ...[
        `/api/v1/${MARK}`,
        '/api/v1/calls/%',
        '/%',
        '/%00',
        '/api/v1/%c0%ae%c0%ae/',
        '/.env',
        '/package.json',
        '/.git/config',
        '/src/main.ts',
        '/first-run.json',
        '/var/first-run.json',
        `/${'a/'.repeat(3000)}`,
      ],
      ...[
        '/__proto__',
        '/constructor',
        '/api/v1/__proto__',
        `/api/v1/calls;${MARK}=1`,
        `/api/v1/stations/${MARK}`,
        '/api/v1/stations/icu-101-bed',
        '/ws',
        '/api/v1/calls/',
        `/?${MARK}`,
      ],
    ].map((path) => [path.slice(0, 60), path] as const),
  )('GET %s is no way in: a 4xx without an echo', async (_, path) => {
    const answer = await request(wardline, 'GET', path, { headers: {} });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expectNoEcho(answer);
    expectRefusal(answer, path);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'MKCOL', 'SEARCH', 'PURGE'])(
    '%s where it has no meaning changes nothing and is no 5xx',
    async (method) => {
      for (const path of [
        '/calls',
        `/calls/${call.id as string}`,
        `/calls/${call.id as string}/accept`,
        '/auth/login',
        '/auth/session',
        '/departments/icu',
        '/departments/icu/events',
        '/stations/self',
        '/stations/self/calls',
      ]) {
        const answer = await request(wardline, method, `/api/v1${path}`, {
          body: { [MARK]: 1 },
          headers: { ...credentials('nurse'), authorization: `Bearer ${stationKey}` },
        });
        expect([method, path, answer.status]).toEqual([method, path, expect.toSatisfy((status: number) => status < 500)]);
        expectNoEcho(answer);
        if (method !== 'OPTIONS') expectRefusal(answer, { method, path });
      }
      await expectNothingChanged();
    },
  );
});

describe('HTTP and what is none, byte by byte', () => {
  /** Sends bytes as they are, and hears what comes until the server closes or says something. */
  function sendRaw(bytes: string | Buffer, { cutOff = true } = {}): Promise<string> {
    const { hostname, port } = new URL(wardline.url);
    return new Promise((resolve) => {
      let heard = '';
      const socket = connect({ host: hostname, port: Number(port), ca: wardline.ca }, () =>
        cutOff ? socket.end(bytes) : socket.write(bytes),
      );
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(heard);
      });
      socket.setTimeout(3000, () => socket.destroy());
    });
  }

  it.each([
    ['no request line', `${MARK}\r\n\r\n`],
    ['a bad version', `GET /livez HTTP/9.9\r\nhost: ${MARK}\r\n\r\n`],
    ['a bad header', `GET /livez HTTP/1.1\r\n${MARK} x\u0001: y\r\n\r\n`],
    ['two lengths', `POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n${MARK}`],
    [
      'length and chunks (smuggling)',
      `POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /${MARK} HTTP/1.1\r\n\r\n`,
    ],
    [
      'a bad chunk',
      `POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${MARK}\r\n`,
    ],
    [
      'a body cut off',
      `POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"${MARK}`,
    ],
    ['zeros', Buffer.alloc(4096)],
    ['no host', `GET /livez HTTP/1.1\r\n\r\n`],
  ])('%s: no 5xx, no echo, the process goes on', async (_, bytes) => {
    const heard = await sendRaw(bytes);
    expect(heard).not.toMatch(/^HTTP\/1\.1 (5|2)\d\d/);
    expect(heard).not.toContain(MARK);
  });

  it('HEAD is answered without a body and without a 5xx', async () => {
    for (const path of ['/api/v1/auth/session', '/api/v1/calls', '/livez', '/nowhere', `/api/v1/calls/${call.id as string}/accept`]) {
      const heard = await sendRaw(`HEAD ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncookie: ${anna.cookie}\r\n\r\n`, {
        cutOff: false,
      });
      expect(heard).toMatch(/^HTTP\/1\.1 [24]\d\d [^]*\r\n\r\n$/);
    }
    await expectNothingChanged();
  });

  it('a Host of any form is a 4xx or a proper answer, without an echo', async () => {
    for (const host of [MARK, `${MARK}:99999`, `[${MARK}]`, '', '127.0.0.1:1', `127.0.0.1@${MARK}`, `a b${MARK}`, MARK.repeat(100)]) {
      const heard = await sendRaw(`GET /api/v1/auth/session HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`, { cutOff: false });
      expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(heard).not.toContain(MARK);
    }
  });
});

describe('a NUL character', () => {
  it('in any text is refused with 400, over HTTP and in a frame: it could not be stored', async () => {
    const wardline = await startTestWardline();
    const manager = await signIn(wardline, 'icu-manager');
    const admin = await signIn(wardline, 'admin');
    const press = await asStation(wardline, 'icu-104-bed')('POST', '/calls', { type: 'patient_normal' });
    const answers = [
      await manager.post(`/calls/${String(press.body.id)}/cancel`, { reason: 'a\u0000b' }),
      await admin.post('/admin/departments', { id: 'nul', name: 'a\u0000b' }),
      await admin.get(`/admin/departments?cursor=${Buffer.from(JSON.stringify('a\u0000')).toString('base64url')}`),
      await request(wardline, 'POST', '/api/v1/auth/login', { body: { username: 'a\u0000', password: 'x' } }),
    ];
    expect(answers.map((answer) => [answer.status, answer.body.error.code])).toEqual(answers.map(() => [400, 'VALIDATION_FAILED']));
    await wardline.stop();
  });
});

describe('free JSON', () => {
  it('is bounded in depth: 20,000 levels are a 400, over HTTP and over a socket, never a 500', async () => {
    const admin = await signIn(wardline, 'admin');
    const deep = `{"data":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    const headers = { cookie: admin.cookie, 'x-csrf-token': admin.csrf, 'content-type': 'application/json' };
    const answer = await request(wardline, 'POST', '/api/v1/admin/broadcast', { body: deep, headers });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
    expect((await admin.post('/admin/broadcast', { data: nested(32) })).status).toBeLessThan(300);
    expect((await admin.post('/admin/broadcast', { data: nested(33) })).status).toBe(400);
    expect((await admin.post('/admin/broadcast', { data: { a: '\ud83d' } })).status).toBe(400);
  });
});

describe('an unknown field', () => {
  it('is named in details.fields; what is no name of a field is not repeated', async () => {
    const admin = await signIn(wardline, 'admin');
    const answer = await admin.post('/admin/departments', { id: 'lab', name: 'Laboratory', colour: 'red', '<b>1</b>': 2 });
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.fields).toEqual([{ path: 'colour', problem: 'unrecognized_keys' }]);
  });
});

describe('free text', () => {
  it.each(['\ud83d', 'a\ude00b', '\u0000', '\ud83d\ud83d'])(
    'with %j is refused with 400, in names and in reasons, and nothing is stored',
    async (bad) => {
      const admin = await signIn(wardline, 'admin');
      expect((await admin.post('/admin/departments', { id: 'lab', name: `Lab ${bad}` })).status).toBe(400);
      expect((await admin.get('/departments/lab')).status).toBe(404);
      const press = await admin.post('/calls', { type: 'service_request', room_id: 'icu-104' });
      expect((await admin.post(`/calls/${press.body.id as string}/cancel`, { reason: `because ${bad}` })).status).toBe(400);
      expect((await admin.post(`/calls/${press.body.id as string}/cancel`, { reason: 'because 😀' })).status).toBe(200);
    },
  );

  it('is stored as it is answered: composed (NFC)', async () => {
    const admin = await signIn(wardline, 'admin');
    const made = await admin.post('/admin/departments', { id: 'cafe', name: 'Cafe\u0301' });
    expect(made.body.name).toBe('Caf\u00e9');
    expect((await admin.get('/departments')).body.items).toContainEqual(expect.objectContaining({ id: 'cafe', name: 'Caf\u00e9' }));
  });
});

describe('DELETE of deadlines', () => {
  it('of a department, or of a type, that there is not is 404, and in no record', async () => {
    const admin = await signIn(wardline, 'admin');
    for (const path of [
      '/admin/departments/nope/escalation',
      '/admin/departments/nope/escalation/code_blue',
      '/admin/departments/icu/escalation/nope',
    ])
      expect([path, (await admin.send('DELETE', path)).status]).toEqual([path, 404]);
    expect((await admin.get('/admin/audit?action=escalation.reset')).body.items).toEqual([]);
  });
});
