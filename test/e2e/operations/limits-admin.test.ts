import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LiveLimits } from '../../../src/platform/limits/live-limits.service.js';
import { type Answer, request, type Session, signIn, Socket } from '../../support/clients/client.js';
import { askForUpgrade } from '../../support/clients/upgrade.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const DEFAULTS = {
  http_rate_limit: '200/10',
  sign_in_rate_limit: '30/60',
  max_connections: 500,
  warn_threshold: 400,
  max_connections_per_session: 5,
  max_connections_per_user: 10,
  connect_rate_limit: '100/10',
  client_rate_limit: '50/10',
  room_rate_limit: '100/60',
  poll_interval_ms: 500,
  fallback_poll_interval_ms: 3000,
};

let one: TestWardline;
let two: TestWardline;
let admin: Session;

beforeAll(async () => {
  const env = { HTTP_RATE_LIMIT: '200/10' };
  one = await startTestWardline({ env });
  two = await startTestWardline({ env, sharedWith: one });
  admin = await signIn(one, 'admin');
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

const patch = (limits: Record<string, unknown>, session = admin): Promise<Answer> => session.send('PATCH', '/admin/limits', limits);

function inForce(node: TestWardline): LiveLimits['current'] {
  return node.app.get(LiveLimits).current;
}

function fieldsOf(answer: Answer): string[] {
  return (answer.body.error.details.fields as { path: string }[]).map((field) => field.path);
}

describe('GET /admin/limits', () => {
  it('answers what is in force, the defaults, and who changed what when', async () => {
    expect((await admin.get('/admin/limits')).body).toEqual({ ...DEFAULTS, defaults: DEFAULTS, changed: {} });
    await patch({ client_rate_limit: '7/3', poll_interval_ms: 200 });
    const { body } = await admin.get('/admin/limits');
    const mark = { by: admin.user.id, at: expect.stringMatching(/^\d{4}-.*Z$/) as string };
    expect(body).toEqual({
      ...DEFAULTS,
      client_rate_limit: '7/3',
      poll_interval_ms: 200,
      defaults: DEFAULTS,
      changed: { client_rate_limit: mark, poll_interval_ms: mark },
    });
    await patch({ client_rate_limit: null, poll_interval_ms: null });
    expect((await admin.get('/admin/limits')).body).toEqual({ ...DEFAULTS, defaults: DEFAULTS, changed: {} });
  });

  it('is for administrators', async () => {
    for (const name of ['icu-nurse-1', 'icu-manager']) {
      const session = await signIn(one, name);
      expect((await session.get('/admin/limits')).status).toBe(403);
      expect((await patch({ max_connections: 5 }, session)).status).toBe(403);
    }
    expect((await request(one, 'GET', '/api/v1/admin/limits')).status).toBe(401);
    expect(inForce(one).MAX_CONNECTIONS).toBe(500);
  });
});

describe('PATCH /admin/limits', () => {
  it('is in force here when it is answered, and on the other node at once', async () => {
    const heard = new Promise<void>((resolve) => {
      two.app.get(LiveLimits).onChange(resolve);
    });
    const answer = await patch({ max_connections: 7, warn_threshold: '3', connect_rate_limit: '9/8', room_rate_limit: 0 });
    expect([answer.status, answer.body]).toMatchObject([
      200,
      { max_connections: 7, warn_threshold: 3, connect_rate_limit: '9/8', room_rate_limit: '0' },
    ]);
    const limits = { MAX_CONNECTIONS: 7, WARN_THRESHOLD: 3, CONNECT_RATE_LIMIT: { count: 9, seconds: 8 }, ROOM_RATE_LIMIT: null };
    expect(inForce(one)).toMatchObject(limits);
    await heard;
    expect(inForce(two)).toMatchObject(limits);
    await patch({ max_connections: null, warn_threshold: null, connect_rate_limit: null, room_rate_limit: null });
  });

  it('is found by a node that was not told, and after a restart', async () => {
    await one.database.query("INSERT INTO limits (name, value, changed_by) VALUES ('CLIENT_RATE_LIMIT', '11/5', $1)", [admin.user.id]);
    await eventually(() => (inForce(two).CLIENT_RATE_LIMIT?.count === 11 ? true : undefined), 'the change');
    const later = await startTestWardline({ sharedWith: one, env: { CLIENT_RATE_LIMIT: '1/1' } });
    try {
      expect(inForce(later).CLIENT_RATE_LIMIT).toEqual({ count: 11, seconds: 5 });
      const socket = await Socket.open(later, admin.cookie);
      expect((await socket.until((frame) => frame.type === 'hello')).limits).toMatchObject({ messages: 11, per_sec: 5 });
      socket.close();
    } finally {
      await later.stop();
    }
    await patch({ client_rate_limit: null });
  });

  it('is heard again after the listening connection was cut', async () => {
    await one.database.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'wardline-notices' AND datname = current_database()",
    );
    await eventually(async () => {
      const rows = await one.database.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'wardline-notices' AND datname = current_database() AND query LIKE 'LISTEN%'",
      );
      return rows.length === 2 ? true : undefined;
    }, 'both nodes to listen again');
    const heard = new Promise<void>((resolve) => {
      two.app.get(LiveLimits).onChange(resolve);
    });
    await patch({ max_connections_per_user: 3 });
    await heard;
    expect(inForce(two).MAX_CONNECTIONS_PER_USER).toBe(3);
    await patch({ max_connections_per_user: null });
  });

  it('holds for who connects next, and leaves who is connected', async () => {
    const anna = await signIn(one, 'icu-nurse-1');
    const socket = await Socket.open(one, anna.cookie);
    const again = await Socket.open(one, anna.cookie);
    await patch({ max_connections: 2, warn_threshold: 1 });
    const upgrade = await askForUpgrade(one, '/ws', { cookie: admin.cookie });
    expect([upgrade.status, upgrade.headers['retry-after']]).toEqual([503, '30']);
    await patch({ max_connections: 3 });
    expect((await askForUpgrade(one, '/ws', { cookie: admin.cookie })).status).toBe(101);
    await patch({ max_connections_per_session: 1, max_connections: null, warn_threshold: null });
    const third = await Socket.open(one, anna.cookie);
    for (const older of [socket, again]) expect((await older.untilClosed()).code).toBe(4009);
    await third.until((frame) => frame.type === 'hello');
    third.close();
    await patch({ max_connections_per_session: null });
  });

  it('is audited: who set what', async () => {
    await patch({ poll_interval_ms: 250, max_connections: null });
    const { body } = await admin.get('/admin/audit?action=limits.update&limit=1');
    expect(body.items[0]).toMatchObject({
      actor: `staff:${admin.user.id}`,
      action: 'limits.update',
      target: 'limits',
      result: 'ok',
      detail: { poll_interval_ms: '250', max_connections: null },
    });
    await patch({ poll_interval_ms: null });
  });

  it('takes the names of the environment as well', async () => {
    expect((await patch({ CLIENT_RATE_LIMIT: '8/2' })).body.client_rate_limit).toBe('8/2');
    expect((await patch({ CLIENT_RATE_LIMIT: null })).body.client_rate_limit).toBe('50/10');
  });

  it.each([
    [{ max_connections: 0 }, 'max_connections'],
    [{ max_connections: -1 }, 'max_connections'],
    [{ max_connections: 1.5 }, 'max_connections'],
    [{ max_connections: 1_000_001 }, 'max_connections'],
    [{ max_connections: '12a' }, 'max_connections'],
    [{ max_connections: true }, 'max_connections'],
    [{ max_connections: {} }, 'max_connections'],
    [{ max_connections: '' }, 'max_connections'],
    [{ client_rate_limit: '50' }, 'client_rate_limit'],
    [{ client_rate_limit: '0/10' }, 'client_rate_limit'],
    [{ client_rate_limit: '50/0' }, 'client_rate_limit'],
    [{ client_rate_limit: 5 }, 'client_rate_limit'],
    [{ connect_rate_limit: '1/1; DROP TABLE limits' }, 'connect_rate_limit'],
    [{ poll_interval_ms: 5 }, 'poll_interval_ms'],
    [{ max_connections: 300 }, 'warn_threshold'],
    [{ warn_threshold: 501 }, 'warn_threshold'],
  ])('%j is refused with 400 that names %s, and nothing changes', async (limits, field) => {
    const before = (await admin.get('/admin/limits')).body;
    const answer = await patch({ room_rate_limit: '1/1', ...limits });
    expect([answer.status, answer.body.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(fieldsOf(answer)).toContain(field);
    expect((await admin.get('/admin/limits')).body).toEqual(before);
  });

  it.each([[{}], [{ max_payload_bytes: 1 }], [{ __proto__x: 1 }], [[]], ['text'], [null]])('%j is refused with 400', async (body) => {
    expect((await patch(body as Record<string, unknown>)).status).toBe(400);
  });

  it('two at once that are right alone and wrong together: one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all([patch({ max_connections: 420 }), patch({ warn_threshold: 450 })]);
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 400]);
      await patch({ max_connections: null, warn_threshold: null });
    }
  });

  it('the pace of the poller follows', async () => {
    const { EventPoller } = await import('../../../src/events/delivery/feed/event-poller.js');
    const poller = one.app.get<unknown>(EventPoller) as { sweep(): Promise<void> };
    let sweeps = 0;
    const sweep = poller.sweep.bind(poller);
    poller.sweep = () => {
      sweeps++;
      return sweep();
    };
    await patch({ poll_interval_ms: 60_000 });
    sweeps = 0;
    await patch({ poll_interval_ms: 10 });
    await eventually(() => (sweeps > 10 ? true : undefined), 'the poller to be faster');
    await patch({ poll_interval_ms: null });
    expect((await request(one, 'GET', '/readyz')).status).toBe(200);
  });
});
