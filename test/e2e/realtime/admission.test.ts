import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OriginGuard } from '../../../src/identity/origin/origin.guard.js';
import { SessionCookieGuard } from '../../../src/identity/sessions/session-cookie.guard.js';
import type { StaffPrincipal } from '../../../src/identity/access/principal.js';
import { UpgradeRefusal } from '../../../src/identity/access/upgrade-refusal.js';
import { Clock, SystemClock } from '../../../src/platform/common/clock.js';
import { DomainError } from '../../../src/platform/common/errors.js';
import { ServerState } from '../../../src/platform/common/server-state.js';
import { CapacityGuard } from '../../../src/realtime/capacity/capacity.guard.js';
import { ConnectionSlots } from '../../../src/realtime/capacity/connection-slots.js';
import { DEFAULT_UPGRADE_GUARDS } from '../../../src/realtime/upgrade/upgrade-guards.js';
import { aStranger, upgradeGuardContract } from '../../../src/testing/index.js';
import { type Answer, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { askForUpgrade, connectUntilClosed } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const FORGED = `__Host-wardline=${'A'.repeat(43)}.${'A'.repeat(43)}`;
const FALLBACK = {
  enabled: true,
  stream: '/api/v1/events/stream?dept=:ids',
  poll: '/api/v1/events?dept=:ids&after=:places&wait=25',
  poll_interval_ms: 3000,
};

function ask(node: TestWardline, cookie?: string, headers: Record<string, string> = {}): Promise<Answer> {
  return request(node, 'GET', '/api/v1/ws/admission', { headers: { ...(cookie !== undefined && { cookie }), ...headers } });
}

function slotsOf(node: TestWardline): ConnectionSlots {
  return node.app.get(ConnectionSlots, { strict: false });
}

describe('GET /api/v1/ws/admission tells what the upgrade would come to', () => {
  let node: TestWardline;
  let anna: Session;
  let admin: Session;
  const sockets: Socket[] = [];
  const limit = (limits: Record<string, unknown>) => admin.send('PATCH', '/admin/limits', limits);
  const open = async (session: Session): Promise<void> => {
    sockets.push(await Socket.open(node, session.cookie));
  };

  beforeAll(async () => {
    node = await startTestWardline({ env: { CONNECT_RATE_LIMIT: '3/3600' } });
    [anna, admin] = [await signIn(node, 'icu-nurse-1'), await signIn(node, 'admin')];
  });
  afterAll(() => node.stop());
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close();
    await limit({ warn_threshold: null, max_connections: null, max_connections_per_user: null, connect_rate_limit: null });
  });

  it('to who would be let in: the fallback is for what takes no upgrades on the way', async () => {
    expect((await ask(node, anna.cookie)).body).toEqual({ admitted: true, fallback: { ...FALLBACK, use: 'stream' } });
    expect(slotsOf(node).size).toBe(0);
  });

  it('to who has no session, or a bad one: the close code of the socket they would get', async () => {
    const absent = (await ask(node)).body;
    expect(absent).toEqual({
      admitted: false,
      close_code: 4001,
      code: 'AUTH_REQUIRED',
      message: expect.any(String) as string,
      fallback: { ...FALLBACK, use: null },
    });
    expect((await ask(node, FORGED)).body).toMatchObject({ admitted: false, close_code: 4002, code: 'AUTH_INVALID' });
    const left = await signIn(node, 'icu-nurse-2');
    await left.post('/auth/logout');
    expect((await ask(node, left.cookie)).body).toMatchObject({ admitted: false, close_code: 4002 });
  });

  it('counts against no rate, and tells when the rate is used up and when to come again', async () => {
    for (let times = 0; times < 20; times++) expect((await ask(node)).body).toMatchObject({ close_code: 4001 });
    for (let times = 0; times < 3; times++) expect((await askForUpgrade(node, '/ws')).status).toBe(101);
    const upgrade = await askForUpgrade(node, '/ws');
    const { body } = await ask(node);
    expect(body).toMatchObject({ admitted: false, status: 429, code: 'RATE_LIMITED', fallback: { use: 'poll' } });
    expect(body.retry_after).toBeLessThanOrEqual(Number(upgrade.headers['retry-after']));
    expect(body.retry_after).toBeGreaterThan(3500);
    // A session has a window of its own.
    expect((await ask(node, anna.cookie)).body.admitted).toBe(true);
  });

  it('when the node is full: 503, when to come again, and the long poll, which holds no place', async () => {
    await limit({ max_connections: 1, warn_threshold: 1, connect_rate_limit: '0' });
    await open(anna);
    for (const session of [anna, admin]) {
      const upgrade = await askForUpgrade(node, '/ws', { cookie: session.cookie });
      expect((await ask(node, session.cookie)).body).toMatchObject({
        admitted: false,
        status: upgrade.status,
        code: 'UNAVAILABLE',
        retry_after: Number(upgrade.headers['retry-after']),
        fallback: { use: 'poll' },
      });
    }
    await limit({ max_connections: 2 });
    expect((await ask(node, admin.cookie)).body.admitted).toBe(true);
    expect((await ask(node, (await signIn(node, 'icu-nurse-3')).cookie)).body).toMatchObject({ admitted: false, status: 503 });
    expect(slotsOf(node).size).toBe(1);
  });

  it('when the person has too many: 4013; and it supersedes nobody', async () => {
    await limit({ max_connections_per_user: 1, connect_rate_limit: '0' });
    const again = await signIn(node, 'icu-nurse-1');
    await open(anna);
    const { code } = await connectUntilClosed(node, { cookie: again.cookie });
    expect((await ask(node, again.cookie)).body).toMatchObject({
      admitted: false,
      close_code: code,
      code: 'CAPACITY',
      retry_after: 30,
      fallback: { use: 'poll' },
    });
    expect(code).toBe(4013);
    await limit({ max_connections_per_user: null, max_connections_per_session: 1 });
    expect((await ask(node, anna.cookie)).body.admitted).toBe(true);
    expect((await sockets[0]?.ask({ type: 'unsubscribe', dept: 'icu' }))?.type).toBe('ok');
    await limit({ max_connections_per_session: null });
  });

  it('when as many people are connected as OWNER_CAPACITY says: 4013, to who is not one of them', async () => {
    const small = await startTestWardline({ sharedWith: node, env: { OWNER_CAPACITY: '1' } });
    try {
      sockets.push(await Socket.open(small, anna.cookie));
      const { code } = await connectUntilClosed(small, { cookie: admin.cookie });
      const refused = { admitted: false, close_code: code, code: 'CAPACITY', retry_after: 30, fallback: { use: 'poll' } };
      expect((await ask(small, admin.cookie)).body).toMatchObject(refused);
      expect(code).toBe(4013);
      expect((await ask(small, anna.cookie)).body.admitted).toBe(true);
      const stream = await request(small, 'GET', '/api/v1/departments/icu/events/stream', { headers: { cookie: admin.cookie } });
      expect([stream.status, stream.headers['retry-after']]).toEqual([503, '30']);
    } finally {
      await small.stop();
    }
  });

  it('follows FALLBACK_POLL_INTERVAL_MS, and stands in OpenAPI', async () => {
    await limit({ fallback_poll_interval_ms: 750 });
    expect((await ask(node)).body.fallback.poll_interval_ms).toBe(750);
    const { body } = await request(node, 'GET', '/api/openapi.json');
    const described = body.paths['/api/v1/ws/admission'].get.responses['200'].content['application/json'].schema;
    expect(Object.keys(described.properties)).toEqual(expect.arrayContaining(['admitted', 'close_code', 'retry_after', 'fallback']));
    expect(described.required).toEqual(['admitted', 'fallback']);
  });

  it('refuses pages of other origins, as the upgrade does', async () => {
    expect((await ask(node, anna.cookie, { origin: 'https://evil.example' })).status).toBe(403);
  });

  it('when the node leaves: 503, and nothing here to fall back to', async () => {
    node.app.get(ServerState).to('draining');
    expect((await ask(node, anna.cookie)).body).toMatchObject({ admitted: false, status: 503, retry_after: 2, fallback: { use: null } });
  });
});

describe('without HTTP_FALLBACK', () => {
  it('no fallback is named', async () => {
    const node = await startTestWardline({ env: { HTTP_FALLBACK: 'false' } });
    try {
      const anna = await signIn(node, 'icu-nurse-1');
      expect((await ask(node, anna.cookie)).body).toMatchObject({ admitted: true, fallback: { enabled: false, use: null } });
    } finally {
      await node.stop();
    }
  });
});

/** A hospital's own guard: only nurses of the ICU, and only while it is not closed. */
@Injectable()
class IcuOnlyGuard implements CanActivate {
  static asked: string[] = [];
  constructor(private readonly clock: Clock) {}

  canActivate(context: ExecutionContext): boolean {
    const { principal } = context.switchToHttp().getRequest<{ principal: StaffPrincipal }>();
    if (this.clock.now() === 0) return true;
    IcuOnlyGuard.asked.push(`${context.getType()} ${principal.username}`);
    if (principal.role === 'manager') throw UpgradeRefusal.close(4003, 'nurses only');
    if (principal.role === 'admin') throw new DomainError('FORBIDDEN', 'nurses only');
    return principal.departments.includes('icu');
  }
}

describe('guards of an extending team', () => {
  let node: TestWardline;
  beforeAll(async () => {
    node = await startTestWardline({ upgradeGuards: [...DEFAULT_UPGRADE_GUARDS, IcuOnlyGuard] });
  });
  afterAll(() => node.stop());

  it('are asked in their place, with what those before them found; what they refuse gives its place back', async () => {
    const [icu, med, manager, admin] = await Promise.all(
      ['icu-nurse-1', 'med-nurse-1', 'icu-manager', 'admin'].map((name) => signIn(node, name)),
    );
    IcuOnlyGuard.asked = [];
    expect((await askForUpgrade(node, '/ws', { cookie: icu!.cookie })).status).toBe(101);
    const refused = await askForUpgrade(node, '/ws', { cookie: med!.cookie });
    expect([refused.status, refused.body]).toMatchObject([403, expect.stringContaining('FORBIDDEN') as string]);
    expect((await askForUpgrade(node, '/ws', { cookie: admin!.cookie })).status).toBe(403);
    expect((await connectUntilClosed(node, { cookie: manager!.cookie })).code).toBe(4003);
    expect((await connectUntilClosed(node, {})).code).toBe(4001);
    expect(IcuOnlyGuard.asked).toEqual(['upgrade icu-nurse-1', 'upgrade med-nurse-1', 'upgrade admin', 'upgrade icu-manager']);
    expect((await ask(node, med!.cookie)).body).toMatchObject({ admitted: false, status: 403, code: 'FORBIDDEN' });
    expect((await ask(node, manager!.cookie)).body).toMatchObject({ admitted: false, close_code: 4003, code: 'FORBIDDEN' });
    const slots = node.app.get(ConnectionSlots, { strict: false });
    await eventually(() => (slots.size === 0 ? true : undefined), 'the places of the refused to be free');
  });

  describe('keep the promise of a guard', () => {
    const upgradeOf = (more: Partial<StaffPrincipal>) => ({ principal: aStranger(more) });
    upgradeGuardContract(it, () => ({
      guard: new IcuOnlyGuard(new SystemClock()),
      passes: [upgradeOf({ departments: ['icu'] }), upgradeOf({ departments: ['med', 'icu'] })],
      refuses: [upgradeOf({ departments: ['med'] }), upgradeOf({ role: 'manager' }), upgradeOf({ role: 'admin' })],
    }));
  });

  it('are reordered and left out: the list is what runs', async () => {
    const lax = await startTestWardline({ upgradeGuards: [SessionCookieGuard, CapacityGuard, OriginGuard] });
    try {
      const anna = await signIn(lax, 'icu-nurse-1');
      const evil = { origin: 'https://evil.example' };
      expect((await connectUntilClosed(lax, {})).code).toBe(4001);
      // The session is looked at before the origin here.
      expect((await askForUpgrade(lax, '/ws', evil)).status).toBe(101);
      expect((await askForUpgrade(lax, '/ws', { ...evil, cookie: anna.cookie })).status).toBe(403);
      expect((await askForUpgrade(lax, '/ws', { cookie: anna.cookie })).status).toBe(101);
    } finally {
      await lax.stop();
    }
  });
});
