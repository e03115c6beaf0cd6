import type { CanActivate } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { signIn, Socket, type AnyFrame, type Session } from '../../support/clients/client.js';
import { DEFAULT_UPGRADE_GUARDS } from '../../../src/realtime/upgrade/upgrade-guards.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const HOUR = 3600;

let wardline: TestWardline;
const sockets: Socket[] = [];

beforeAll(async () => {
  wardline = await startTestWardline({ env: { SESSION_CHECK_INTERVAL_SEC: '1', SERVER_STALE_SEC: '86400' } });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.ws.terminate();
});
afterAll(() => wardline.stop());

async function connect(session: Session, node = wardline): Promise<Socket> {
  const socket = await Socket.open(node, session.cookie);
  sockets.push(socket);
  await socket.until((frame: AnyFrame) => frame.type === 'hello', 'hello');
  return socket;
}

const warnings = (socket: Socket): number[] =>
  socket.frames.filter((frame: AnyFrame) => frame.type === 'session_expiring').map((frame: AnyFrame) => frame.in_sec as number);

/** Resolves when so many warnings have come. */
function warned(socket: Socket, times: number): Promise<number[]> {
  return eventually(() => (warnings(socket).length >= times ? warnings(socket) : undefined), `warning ${String(times)}`);
}

/** Resolves when two more session checks have looked at the socket: they revoke another socket of the same node. */
async function aCheckLater(): Promise<void> {
  for (let n = 0; n < 2; n++) {
    const session = await signIn(wardline, 'med-nurse-1');
    const probe = await connect(session);
    await wardline.database.query('UPDATE sessions SET ended_at = app_now() WHERE staff_id = $1', [session.user.id]);
    await probe.untilClosed();
  }
}

describe('session_expiring', () => {
  it('comes once before the idle end; a request renews it, and it comes again when the end is near again', async () => {
    const session = await signIn(wardline, 'icu-nurse-1');
    const socket = await connect(session);
    await wardline.database.moveClock(8 * HOUR - 500);
    const [first] = await warned(socket, 1);
    expect(first).toBeGreaterThan(400);
    expect(first).toBeLessThanOrEqual(500);
    await aCheckLater();
    expect(warnings(socket)).toHaveLength(1);
    expect((await session.get('/auth/session')).status).toBe(200);
    await aCheckLater();
    expect(warnings(socket)).toHaveLength(1);
    await wardline.database.moveClock(7 * HOUR + 3100);
    expect(await warned(socket, 2)).toHaveLength(2);
    expect(socket.closed).toBeUndefined();
  });

  it('comes before the absolute end, which nothing renews: then 4401, with session_revoked before it', async () => {
    const session = await signIn(wardline, 'icu-nurse-2');
    const socket = await connect(session);
    for (const hours of [7, 7]) {
      await wardline.database.moveClock(hours * HOUR);
      expect((await session.get('/auth/session')).status).toBe(200);
    }
    await wardline.database.moveClock(2 * HOUR - 300);
    expect((await warned(socket, 1))[0]).toBeLessThanOrEqual(300);
    expect((await session.get('/auth/session')).status).toBe(200);
    await wardline.database.moveClock(320);
    expect((await socket.untilClosed()).code).toBe(4401);
    expect(socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    expect(warnings(socket)).toHaveLength(1);
  });

  it('is told to who connects when the absolute end is near already', async () => {
    const session = await signIn(wardline, 'icu-nurse-3');
    await wardline.database.query(`UPDATE sessions SET expires_at = app_now() + interval '100 seconds' WHERE staff_id = $1`, [
      session.user.id,
    ]);
    expect((await warned(await connect(session), 1))[0]).toBeLessThanOrEqual(100);
  });
});

describe('the idle time', () => {
  it('does not run while an active shift has a live socket; it does for who only has the socket open', async () => {
    const [nurse, visitor] = [await signIn(wardline, 'icu-nurse-1'), await signIn(wardline, 'icu-nurse-2')];
    const [onShift, idle] = [await connect(nurse), await connect(visitor)];
    expect((await onShift.ask({ type: 'shift.start', data: { dept: 'icu' } })).type).toBe('ok');
    await aCheckLater();
    for (const _ of [1, 2]) {
      await wardline.database.moveClock(5 * HOUR);
      await aCheckLater();
    }
    expect((await idle.untilClosed()).code).toBe(4401);
    expect(onShift.closed).toBeUndefined();
    expect((await nurse.get('/auth/session')).status).toBe(200);
    expect((await onShift.ask({ type: 'shift.end', data: { dept: 'icu', confirm: true } })).type).toBe('ok');
  });

  it('starts anew with a command over the socket, as with a request; not with what a client sends by itself', async () => {
    const [busy, silent] = [await signIn(wardline, 'icu-nurse-4'), await signIn(wardline, 'icu-nurse-5')];
    const [commanding, ponging] = [await connect(busy), await connect(silent)];
    for (const _ of [1, 2]) {
      await wardline.database.moveClock(5 * HOUR);
      await commanding.ask({ type: 'unsubscribe', dept: 'icu' });
      ponging.ws.send(JSON.stringify({ type: 'pong', t: 1 }));
      await aCheckLater();
    }
    expect((await ponging.untilClosed()).code).toBe(4401);
    expect(commanding.closed).toBeUndefined();
    expect((await busy.get('/auth/session')).status).toBe(200);
  });
});

describe('what the check finds', () => {
  it.each([
    ['revoked', 'UPDATE sessions SET ended_at = app_now() WHERE staff_id = $1'],
    ['expired', `UPDATE sessions SET expires_at = app_now() - interval '1 second' WHERE staff_id = $1`],
    ['deactivated', 'UPDATE staff SET active = false WHERE id = $1'],
  ])('%s behind its back closes 4401 with session_revoked before; others stay', async (_, sql) => {
    const [session, other] = [await signIn(wardline, 'icu-nurse-6'), await signIn(wardline, 'med-nurse-2')];
    const [socket, staying] = [await connect(session), await connect(other)];
    await wardline.database.query(sql, [session.user.id]);
    expect((await socket.untilClosed()).code).toBe(4401);
    expect(socket.frames.at(-1)).toEqual({ type: 'session_revoked' });
    await aCheckLater();
    expect(staying.closed).toBeUndefined();
    await wardline.database.query('UPDATE staff SET active = true WHERE id = $1', [session.user.id]);
  });

  it('reaches the sockets of every node on the database', async () => {
    const other = await startTestWardline({ sharedWith: wardline, env: { SESSION_CHECK_INTERVAL_SEC: '1' } });
    try {
      const session = await signIn(wardline, 'icu-nurse-6');
      const [here, there] = [await connect(session), await connect(session, other)];
      expect((await session.post('/auth/logout')).status).toBe(204);
      expect((await here.untilClosed()).code).toBe(4401);
      expect((await there.untilClosed()).code).toBe(4401);
    } finally {
      await other.stop();
    }
  });
});

describe('what ends while a socket is opened', () => {
  let node: TestWardline;
  /** Runs when the session has been read, before the socket is accepted. */
  let meanwhile: () => Promise<unknown> = () => Promise.resolve();

  class LastGuard implements CanActivate {
    async canActivate(): Promise<boolean> {
      const act = meanwhile;
      meanwhile = () => Promise.resolve();
      await act();
      return true;
    }
  }

  beforeAll(async () => {
    node = await startTestWardline({ env: { SESSION_CHECK_INTERVAL_SEC: '3600' }, upgradeGuards: [...DEFAULT_UPGRADE_GUARDS, LastGuard] });
  });
  afterAll(() => node.stop());

  it('is the session: 4002, and no hello', async () => {
    const session = await signIn(node, 'icu-nurse-1');
    meanwhile = () => session.post('/auth/logout');
    const socket = await Socket.open(node, session.cookie);
    expect((await socket.untilClosed()).code).toBe(4002);
    expect(socket.frames).toEqual([]);
  });

  it('is a membership: the department is left at once', async () => {
    const admin = await signIn(node, 'admin');
    const session = await signIn(node, 'icu-nurse-1');
    meanwhile = () => admin.send('DELETE', `/admin/memberships/${session.user.id}/icu`);
    const socket = await connect(session, node);
    const { code } = await socket.ask({ type: 'subscribe', dept: 'icu' });
    // A check that was quicker than the command has taken the department away already.
    if (code === undefined)
      await socket.until((frame) => frame.type === 'unsubscribed' && frame.dept === 'icu', 'the end of the membership');
    else expect(code).toBe('NOT_FOUND');
  });
});
