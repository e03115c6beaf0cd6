import { randomUUID } from 'node:crypto';
import tls from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HTTP_ANSWERS } from '../../../src/protocol/http-answers.js';
import { type AnyFrame, type Answer, asStation, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

let wardline: TestWardline;
let admin: Session;
let nurse: Session;
let manager: Session;

beforeAll(async () => {
  wardline = await startTestWardline();
  [admin, nurse, manager] = [await signIn(wardline, 'admin'), await signIn(wardline, 'icu-nurse-1'), await signIn(wardline, 'icu-manager')];
});
afterAll(() => wardline.stop());

/** Sends the text as it is, and returns all that comes back. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(wardline.url);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host: hostname, port: Number(port), ca: wardline.ca, servername: 'localhost' }, () => socket.write(text));
    let said = '';
    socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      resolve(said);
    });
  });
}

describe('a method that a path does not have', () => {
  it.each([
    ['PUT', '/api/v1/calls', 'GET, HEAD, POST'],
    ['GET', '/api/v1/auth/login', 'POST'],
    ['GET', `/api/v1/calls/${randomUUID()}/accept`, 'POST'],
    ['DELETE', '/api/v1/admin/limits', 'GET, HEAD, PATCH'],
    ['POST', '/livez', 'GET, HEAD'],
  ])('%s %s is 405, and Allow names those it has', async (method, path, allow) => {
    const { status, headers, body } = await request(wardline, method, path);
    expect([status, headers.allow, body.error.code]).toEqual([405, allow, 'METHOD_NOT_ALLOWED']);
    expect(body.error.request_id).toBe(headers['x-request-id']);
  });

  it.each(['/api/v1/nowhere', `/api/v1/calls/${randomUUID()}/explode`, '/', '/%'])('but %s has none, and is 404', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const { status, body } = await request(wardline, method, path);
      expect([method, status, body.error.code]).toEqual([method, 404, 'NOT_FOUND']);
    }
  });
});

describe('a page of another origin', () => {
  const origin = 'https://evil.example';

  it.each([
    ['OPTIONS', '/api/v1/calls'],
    ['GET', '/api/openapi.json'],
    ['GET', '/api/docs'],
    ['GET', '/api/v1/nowhere'],
    ['GET', '/livez'],
    ['POST', '/api/v1/auth/login'],
  ])('is refused everywhere: %s %s', async (method, path) => {
    const { status, headers, body } = await request(wardline, method, path, { headers: { origin } });
    expect([status, body.error.code]).toEqual([403, 'ORIGIN_FORBIDDEN']);
    expect(headers['access-control-allow-origin']).toBeUndefined();
    expect(body.error.request_id).toBe(headers['x-request-id']);
  });
});

describe('what never became a request', () => {
  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX-Huge: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['what is not HTTP', 'HELLO\r\n\r\n', 400],
  ])('is answered with an error and a request id too: %s', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${String(status)} `));
    const id = /^X-Request-Id: (.+)$/im.exec(answer)?.[1]?.trim();
    const { error } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(error).toEqual({ code: expect.any(String), message: expect.any(String), retryable: false, request_id: id });
  });
});

describe('a request that says all by its path', () => {
  it.each([
    ['/auth/logout', () => nurse],
    ['/departments/icu/shifts', () => nurse],
    ['/admin/gc', () => admin],
    ['/admin/drain', () => admin],
    ['/admin/stations/icu-101-bed/rotate', () => admin],
  ] as const)('refuses a field in POST %s, before anything is done', async (path, who) => {
    expect((await who().post(path, { unknown: 1 })).status).toBe(400);
    expect((await who().get('/auth/session')).status).toBe(200);
  });

  it('refuses one in a heartbeat; none, and {}, are taken', async () => {
    const station = asStation(wardline, 'icu-101-bed');
    expect((await station('POST', '/heartbeat', { unknown: 1 })).status).toBe(400);
    for (const body of [undefined, {}]) expect((await station('POST', '/heartbeat', body)).status).toBe(200);
  });
});

describe('set-up', () => {
  it('reads each thing that it lists: departments, rooms, beds, types of calls', async () => {
    for (const list of ['/admin/departments', '/admin/departments/icu/rooms', '/admin/departments/icu/beds', '/admin/call-types']) {
      const [one] = (await admin.get(`${list}?limit=1`)).body.items as AnyFrame[];
      expect((await admin.get(`${list}/${one.id as string}`)).body, list).toEqual(one);
      expect((await admin.get(`${list}/there-is-none`)).status, list).toBeGreaterThanOrEqual(400);
    }
    expect((await admin.get('/admin/departments/med/rooms/icu-101')).status).toBe(404);
    expect((await admin.get('/admin/departments/med/beds/icu-101-a')).status).toBe(404);
  });

  it('does not retire a department whose buttons would be pressed in vain', async () => {
    const refused = await admin.send('DELETE', '/admin/departments/surg');
    expect([refused.status, refused.body.error.code]).toEqual([409, 'STILL_IN_USE']);
    expect((await asStation(wardline, 'surg-301-bed')('GET', '')).status).toBe(200);
  });
});

describe('the record', () => {
  it('names what was refused to whom by method and path, and is asked by target, result and time', async () => {
    const before = new Date(Date.now() - 60_000).toISOString();
    expect((await nurse.get('/admin/staff?limit=1')).status).toBe(403);
    const { items } = (await admin.get(`/admin/audit?action=access&result=refused&from=${before}`)).body;
    expect(items[0]).toMatchObject({
      actor: `staff:${nurse.user.id}`,
      action: 'access',
      target: 'GET /api/v1/admin/staff',
      result: 'refused',
    });
    const of = async (query: string) => (await admin.get(`/admin/audit?${query}`)).body.items.length as number;
    expect(await of('target=GET%20/api/v1/admin/staff')).toBe(1);
    expect(await of(`action=access&to=${before}`)).toBe(0);
    expect(await of('action=access&result=ok')).toBe(0);
    for (const query of ['result=x', 'from=x', 'to=1']) expect((await admin.get(`/admin/audit?${query}`)).status).toBe(400);
  });
});

/** http.md's tables, as OpenAPI writes paths. */
const CONTRACT = `
POST /auth/login · GET /auth/session · POST /auth/logout · POST /auth/password · POST /calls · GET /calls · GET /calls/{} · POST /calls/{}/accept
POST /calls/{}/decline · POST /calls/{}/arrive · POST /calls/{}/complete · POST /calls/{}/cancel · POST /calls/{}/reassign
POST /stations/self/calls · POST /stations/self/calls/{}/cancel · POST /stations/self/heartbeat · GET /stations/self · GET /stations/self/calls
POST /stations/self/calls/{}/presence · GET /facility · GET /admin/facility · PATCH /admin/facility · GET /departments · GET /departments/{}/snapshot · GET /departments/{}/events
GET /departments/{}/events/stream · GET /departments/{}/report · POST /departments/{}/shifts · POST /departments/{}/shifts/mine/pause · POST /departments/{}/shifts/mine/resume
DELETE /departments/{}/shifts/mine
GET /departments/{}/staff · POST /departments/{}/exclusions · DELETE /departments/{}/exclusions/{} · PUT /departments/{}/assignments/{}
DELETE /departments/{}/assignments/{} · PUT /departments/{}/queue · POST /departments/{}/notices · GET /ws/admission
GET /admin/connections · GET /admin/connections/{} · DELETE /admin/connections/{} · GET /admin/rooms · GET /admin/rooms/{}/members
POST /admin/broadcast · GET /admin/sessions · DELETE /admin/sessions/{} · DELETE /admin/staff/{}/sessions · GET /admin/servers · POST /admin/gc
POST /admin/drain · GET /admin/limits · PATCH /admin/limits · GET /admin/audit · GET /admin/audit/verify · GET /admin/stats
GET /admin/stats/history · GET /departments/{} · GET /admin/departments/{}/escalation · PUT /admin/departments/{}/escalation · POST /admin/stations/{}/rotate
GET /admin/boards · POST /admin/boards · DELETE /admin/boards/{} · POST /boards/exchange · GET /boards/self
POST /admin/staff/{}/password · GET /admin/memberships · POST /admin/memberships · DELETE /admin/memberships/{}/{}`
  .split(/[·\n]/)
  .map((route) => route.trim())
  .filter(Boolean)
  .map((route) => route.replace(' ', ' /api/v1'));
const CRUD = ['departments', 'departments/{}/rooms', 'departments/{}/beds', 'stations', 'staff', 'call-types'].flatMap((path) => {
  const list = `/api/v1/admin/${path}`;
  return [`GET ${list}`, `POST ${list}`, `GET ${list}/{}`, `PATCH ${list}/{}`, `DELETE ${list}/{}`];
});

describe('the description of the API', () => {
  let document: AnyFrame;
  const operations: [string, AnyFrame][] = [];

  beforeAll(async () => {
    document = (await request(wardline, 'GET', '/api/openapi.json')).body;
    for (const [path, item] of Object.entries<AnyFrame>(document.paths))
      for (const [method, operation] of Object.entries<AnyFrame>(item)) operations.push([`${method.toUpperCase()} ${path}`, operation]);
  });

  it('is OpenAPI 3.1 and has every route of the contract', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    const there = new Set(operations.map(([route]) => route.replaceAll(/\{\w+\}/g, '{}')));
    for (const route of [...CONTRACT, ...CRUD]) expect(there, route).toContain(route);
  });

  it('says of each route what it answers, how it refuses, who may call it, and the headers that it needs', async () => {
    expect(operations.map(([route]) => route).sort()).toEqual(Object.keys(HTTP_ANSWERS).sort());
    for (const [route, { responses, security, parameters, requestBody }] of operations) {
      for (const [status, schema] of Object.entries(HTTP_ANSWERS[route]!)) {
        expect(responses[status], route).toBeDefined();
        const described = responses[status].content?.['application/json']?.schema;
        if (schema)
          expect(document.components.schemas[described.$ref?.split('/').at(-1)] ?? described, route).toMatchObject({ type: 'object' });
      }
      expect(responses.default.content['application/json'].schema.$ref).toBe('#/components/schemas/Error');
      if (requestBody) expect(responses['413'] && responses['415'] && responses['400'], route).toBeTruthy();
      const headers = (parameters as AnyFrame[]).filter((one) => one.in === 'header' && one.required).map((one) => one.name as string);
      const isUnsafe = !route.startsWith('GET ') && security[0]?.session !== undefined;
      expect(headers.includes('X-CSRF-Token'), route).toBe(isUnsafe);
      if (isUnsafe && / \/api\/v1\/calls/.test(route)) expect(headers, route).toContain('Idempotency-Key');
    }
    expect(document.components.schemas.Error.properties.error.required).toEqual(['code', 'message', 'retryable', 'request_id']);
    // The description and the server admit the same callers without a sign-in.
    for (const [route, { security }] of operations.filter(([one]) => one.startsWith('GET '))) {
      const path = route
        .slice(4)
        .replace('{dept}', 'icu')
        .replaceAll(/\{\w+\}/g, randomUUID());
      if (path.endsWith('/stream')) continue;
      expect([route, (await request(wardline, 'GET', path)).status === 401]).toEqual([route, security.length > 0]);
    }
  });

  it('is true: what each route answers has the shape that it says', async () => {
    const seen = new Set<string>();
    const untrue: unknown[] = [];
    function hold(route: string, answer: Answer): Answer {
      const schema = HTTP_ANSWERS[route]?.[answer.status];
      if (schema === undefined) untrue.push([route, answer.status, answer.body]);
      else if (schema && !schema.safeParse(answer.body).success) untrue.push([route, schema.safeParse(answer.body).error?.issues]);
      seen.add(route);
      return answer;
    }
    const socket = await Socket.open(wardline, nurse.cookie);
    const hello = await socket.until((frame: AnyFrame) => frame.type === 'hello', 'hello');
    const D = '/api/v1/departments/{dept}';
    const at = async (who: Session, route: string, path: string, body?: unknown) => {
      const [method = ''] = route.split(' ');
      return hold(route, await who.send(method, path, body));
    };
    await at(nurse, `POST ${D}/shifts`, '/departments/icu/shifts');
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const person = { staff_id: nurse.user.id };
    await at(manager, `POST ${D}/exclusions`, '/departments/icu/exclusions', { ...person, until, reason: 'break' });
    await at(manager, `PUT ${D}/assignments/{room}`, '/departments/icu/assignments/icu-101', { primary: nurse.user.id, until });
    await at(manager, `PUT ${D}/queue`, '/departments/icu/queue', { staff_ids: [nurse.user.id] });
    await at(manager, `POST ${D}/notices`, '/departments/icu/notices', { code: 'fire_drill' });
    const { body: call } = await at(nurse, 'POST /api/v1/calls', '/calls', { type: 'patient_normal', room_id: 'icu-101' });
    for (const command of ['accept', 'arrive', 'complete'])
      await at(nurse, `POST /api/v1/calls/{id}/${command}`, `/calls/${call.id as string}/${command}`);
    const station = asStation(wardline, 'icu-102-bed');
    const pressed = hold('POST /api/v1/stations/self/calls', await station('POST', '/calls', { type: 'patient_normal' }));
    hold('GET /api/v1/stations/self/calls', await station('GET', '/calls'));
    hold('POST /api/v1/stations/self/calls/{id}/cancel', await station('POST', `/calls/${pressed.body.id as string}/cancel`));
    hold('GET /api/v1/stations/self', await station('GET', ''));
    hold('POST /api/v1/stations/self/heartbeat', await station('POST', '/heartbeat'));
    const A = '/api/v1/admin';
    await at(admin, `POST ${A}/departments`, '/admin/departments', { id: 'dock', name: 'Dock' });
    await at(admin, `POST ${A}/departments/{dept}/rooms`, '/admin/departments/dock/rooms', { id: 'dock-1', name: 'One' });
    await at(admin, `POST ${A}/departments/{dept}/beds`, '/admin/departments/dock/beds', { id: 'dock-1-a', room_id: 'dock-1', name: 'A' });
    await at(admin, `PATCH ${A}/departments/{dept}/beds/{id}`, '/admin/departments/dock/beds/dock-1-a', { name: 'B' });
    await at(admin, `POST ${A}/stations`, '/admin/stations', { id: 'dock-1-bed', room_id: 'dock-1', bed_id: 'dock-1-a', kind: 'bedside' });
    await at(admin, `POST ${A}/stations/{id}/rotate`, '/admin/stations/dock-1-bed/rotate');
    const { body: zoe } = await at(admin, `POST ${A}/staff`, '/admin/staff', { username: 'zoe', name: 'Zoe', role: 'nurse' });
    await at(admin, `POST ${A}/memberships`, '/admin/memberships', { staff_id: zoe.id, dept: 'dock' });
    await at(admin, `PUT ${A}/departments/{dept}/escalation`, '/admin/departments/dock/escalation', {
      ...{ l1_sec: 10, l2_sec: 20, l3_sec: 30, repeat_sec: 5 },
    });
    await at(admin, `PATCH ${A}/limits`, '/admin/limits', { client_rate_limit: '40/10' });
    await at(admin, `POST ${A}/gc`, '/admin/gc');
    await at(admin, `POST ${A}/broadcast`, '/admin/broadcast', { data: { a: 1 } });
    const { body: board } = await at(admin, `POST ${A}/boards`, '/admin/boards', { name: 'Corridor', departments: ['icu'] });
    const exchanged = await request(wardline, 'POST', '/api/v1/boards/exchange', { body: { code: board.code } });
    hold('POST /api/v1/boards/exchange', exchanged);
    const boardCookie = exchanged.headers['set-cookie']?.[0]?.split(';', 1)[0] ?? '';
    const ids: Record<string, string> = { dept: 'icu', name: 'none', room: 'icu-101', type: 'code_blue' };
    const idOf: Record<string, string> = {
      ...{ [`${A}/stations/{id}`]: 'dock-1-bed', [`${A}/staff/{id}`]: nurse.user.id, [`${A}/call-types/{id}`]: 'patient_normal' },
      ...{ [`${A}/departments/{dept}/rooms/{id}`]: 'icu-101', [`${A}/departments/{dept}/beds/{id}`]: 'icu-101-a' },
      ...{ [`${A}/connections/{id}`]: hello.connection_id as string, '/api/v1/calls/{id}': call.id as string },
    };
    for (const [route] of operations.filter(
      ([one]) => one.startsWith('GET ') && !one.includes('/stations/self') && !one.endsWith('/stream'),
    )) {
      const path = route.slice(4);
      const query = path === '/api/v1/events' ? '?dept=icu' : path === '/api/v1/boards/self' ? '?as=board' : '';
      const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? idOf[path] ?? '');
      const who = path.includes('/admin/') ? admin : path === '/api/v1/departments' ? nurse : manager;
      hold(route, await request(wardline, 'GET', filled + query, { headers: { cookie: `${who.cookie}; ${boardCookie}` } }));
    }
    await at(nurse, `POST ${D}/shifts/mine/pause`, '/departments/icu/shifts/mine/pause', { confirm: true });
    await at(nurse, `POST ${D}/shifts/mine/resume`, '/departments/icu/shifts/mine/resume', {});
    await at(nurse, `DELETE ${D}/shifts/mine`, '/departments/icu/shifts/mine?confirm=true');
    socket.ws.terminate();
    expect(untrue).toEqual([]);
    expect(seen.size).toBeGreaterThan(55);
  });
});
