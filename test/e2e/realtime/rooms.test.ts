import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CapacityError } from '../../../src/cluster/ports/backplane-errors.js';
import type { SharedFrame } from '../../../src/realtime/connection/shared-frame.js';
import { RealtimeHub } from '../../../src/rooms/realtime-hub.service.js';
import { ClosedRooms, RoomAuthorizer } from '../../../src/rooms/room-authorizer.js';
import { type AnyFrame, type Session, signIn, Socket } from '../../support/clients/client.js';
import { aStranger, roomAuthorizerContract } from '../../../src/testing/contracts/room-authorizer.contract.js';
import { WardRooms } from '../../support/ward-rooms.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

describe('RoomAuthorizer, closed by default', () => {
  roomAuthorizerContract(it, () => ({ authorizer: new ClosedRooms(), permitted: undefined }));
});

describe('RoomAuthorizer, as a hospital may write it', () => {
  roomAuthorizerContract(it, () => ({
    authorizer: new WardRooms(),
    permitted: { staff: aStranger({ departments: ['icu'] }), action: 'push', room: 'dept:icu', isMember: true, data: undefined },
  }));
});

describe('without an authoriser', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it('rooms are closed to clients, whatever they ask, and the server’s own calls work all the same', async () => {
    const admin = await signIn(wardline, 'admin');
    const socket = await Socket.open(wardline, admin.cookie);
    for (const type of ['room.join', 'room.leave', 'room.push']) {
      const data = type === 'room.push' ? { data: { a: 1 } } : {};
      expect(await socket.ask({ type, room: 'lobby', ...data })).toMatchObject({ type: 'error', code: 'FORBIDDEN', retryable: false });
    }
    const hub = wardline.app.get(RealtimeHub);
    expect(hub.stats).toMatchObject({ room_authz_denied_total: 3, room_joins_total: 0 });
    expect(await hub.room('lobby').join(admin.user.id)).toBe(true);
    expect(await hub.room('lobby').push({ hello: 'world' })).toBe(1);
    expect(await socket.until((frame) => frame.type === 'room.message')).toMatchObject({
      room: 'lobby',
      from: null,
      data: { hello: 'world' },
    });
    socket.close();
  });
});

describe('rooms and direct messages', () => {
  let wardline: TestWardline;
  let hub: RealtimeHub;
  let anna: Session;
  let ben: Session;
  let medNurse: Session;
  let manager: Session;
  let admin: Session;
  const sockets: Socket[] = [];

  async function open(session: Session): Promise<Socket> {
    const socket = await Socket.open(wardline, session.cookie);
    await socket.until((frame) => frame.type === 'hello');
    sockets.push(socket);
    return socket;
  }

  const of = (socket: Socket, type: string): AnyFrame[] => socket.frames.filter((frame) => frame.type === type);
  const online = (count: number) => eventually(async () => ((await hub.onlineCount()) === count ? true : undefined), `${count} online`);

  beforeAll(async () => {
    wardline = await startTestWardline({
      env: { ROOM_RATE_LIMIT: '5/60', CLIENT_RATE_LIMIT: '0', ROOM_MEMBERS_CAPACITY: '3', OWNER_CAPACITY: '4' },
      roomAuthorizer: { provide: RoomAuthorizer, useClass: WardRooms },
    });
    hub = wardline.app.get(RealtimeHub);
    [anna, ben, medNurse, manager, admin] = (await Promise.all(
      ['icu-nurse-1', 'icu-nurse-2', 'med-nurse-1', 'icu-manager', 'admin'].map((name) => signIn(wardline, name)),
    )) as [Session, Session, Session, Session, Session];
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) {
      socket.close();
      await socket.untilClosed();
    }
    await online(0);
  });
  afterAll(() => wardline.stop());

  it('who joins is told who is there, who is there is told who comes and goes, and a push reaches all with the sender named', async () => {
    const [a, b] = [await open(anna), await open(ben)];
    expect(await a.ask({ type: 'room.join', room: 'dept:icu' })).toMatchObject({
      type: 'ok',
      data: { room: 'dept:icu', size: 1, members: [anna.user.id] },
    });
    expect((await b.ask({ type: 'room.join', room: 'dept:icu', data: { any: 'thing' } })).data).toEqual({
      room: 'dept:icu',
      size: 2,
      members: [anna.user.id, ben.user.id].sort(),
    });
    await a.until((frame) => frame.type === 'room.presence' && (frame.joined as string[]).includes(ben.user.id));
    const data = { text: 'supper is late', list: [1, { deep: true }] };
    expect(await b.ask({ type: 'room.push', room: 'dept:icu', data })).toMatchObject({ type: 'ok', data: { room: 'dept:icu', nodes: 1 } });
    for (const socket of [a, b]) {
      const message = await socket.until((frame) => frame.type === 'room.message');
      expect(message).toEqual({
        type: 'room.message',
        room: 'dept:icu',
        from: ben.user.id,
        id: expect.any(String),
        ts: expect.any(Number),
        data,
      });
      expect(Math.abs(message.ts - Date.now())).toBeLessThan(60_000);
    }
    expect(of(a, 'room.message')[0].id).toBe(of(b, 'room.message')[0].id);
    expect(await b.ask({ type: 'room.leave', room: 'dept:icu' })).toMatchObject({ type: 'ok', data: { room: 'dept:icu' } });
    expect(await a.until((frame) => frame.type === 'room.presence' && frame.left.includes(ben.user.id))).toMatchObject({
      size: 1,
      joined: [],
    });
    await a.ask({ type: 'room.push', room: 'dept:icu', data: {} });
    await a.until((frame) => frame.type === 'room.message' && frame.from === anna.user.id);
    await b.ask({ type: 'subscribe', dept: 'icu' });
    expect(of(b, 'room.message')).toHaveLength(1);
  });

  it('asks the authoriser for joining, pushing and reading, by the session’s user, never by what the frame claims', async () => {
    const [other, boss, nurse] = [await open(medNurse), await open(manager), await open(anna)];
    for (const type of ['room.join', 'room.leave'])
      expect(await other.ask({ type, room: 'dept:icu', data: { as: anna.user.id } })).toMatchObject({ type: 'error', code: 'FORBIDDEN' });
    expect(await nurse.ask({ type: 'room.push', room: 'dept:icu', data: {} })).toMatchObject({ code: 'FORBIDDEN' });
    await nurse.ask({ type: 'room.join', room: 'dept:icu' });
    expect((await boss.ask({ type: 'room.push', room: 'dept:icu', data: { from: 'outside' } })).type).toBe('ok');
    expect(await nurse.until((frame) => frame.type === 'room.message')).toMatchObject({ from: manager.user.id });
    expect((await nurse.ask({ type: 'room.join', room: 'quiet:zone' })).data).toEqual({ room: 'quiet:zone' });
  });

  it.each([
    [{ type: 'room.join' }],
    [{ type: 'room.join', room: '' }],
    [{ type: 'room.join', room: 'x'.repeat(65) }],
    [{ type: 'room.join', room: 'a b' }],
    [{ type: 'room.join', room: 'ä' }],
    [{ type: 'room.join', room: ['a'] }],
    [{ type: 'room.join', room: 'a', more: 1 }],
    [{ type: 'room.push', room: 'a' }],
    [{ type: 'room.push', room: 'a', data: 'text' }],
    [{ type: 'room.push', room: 'a', data: [] }],
  ])('refuses %j', async (frame) => {
    const socket = await open(anna);
    expect(await socket.ask(frame)).toMatchObject({ type: 'error', code: 'VALIDATION_FAILED' });
  });

  it('messages to a client reach all their connections, and closing one never drops another, nor its rooms', async () => {
    const [phone, desktop] = [await open(anna), await open(anna)];
    await online(1);
    await phone.ask({ type: 'room.join', room: 'dept:icu' });
    await desktop.ask({ type: 'room.join', room: 'dept:icu' });
    expect(await hub.sendToClient(anna.user.id, { n: 1 }, ben.user.id)).toBe(1);
    for (const socket of [phone, desktop])
      expect(await socket.until((frame) => frame.type === 'direct.message')).toMatchObject({ from: ben.user.id, data: { n: 1 } });
    phone.close();
    await phone.untilClosed();
    await eventually(() => (hub.localConnections === 1 ? true : undefined), 'one connection');
    expect(await hub.onlineCount()).toBe(1);
    expect(await hub.room('dept:icu').membersPaged(null, 10)).toEqual({ items: [{ userId: anna.user.id, connections: 1 }], cursor: null });
    await hub.sendToClient(anna.user.id, { n: 2 });
    await desktop.until((frame) => frame.type === 'direct.message' && frame.data.n === 2);
    await hub.room('dept:icu').push({ n: 3 });
    await desktop.until((frame) => frame.type === 'room.message' && frame.data.n === 3);
    expect(of(desktop, 'room.presence').some((frame) => frame.left.includes(anna.user.id))).toBe(false);
    const before = hub.stats.sendToClient_owner_missing;
    expect(await hub.sendToClient(randomUUID(), {})).toBe(0);
    expect(hub.stats.sendToClient_owner_missing).toBe(before + 1);
  });

  it('a room is limited in pushes by clients, and tells when there is room; the server’s own are not', async () => {
    const [a, b] = [await open(anna), await open(ben)];
    const room = 'quiet:limit';
    for (const socket of [a, b]) await socket.ask({ type: 'room.join', room });
    for (let n = 0; n < 5; n++) expect((await (n % 2 ? a : b).ask({ type: 'room.push', room, data: { n } })).type).toBe('ok');
    const refused = await b.ask({ type: 'room.push', room, data: { n: 5 } });
    expect(refused).toMatchObject({ type: 'error', code: 'RATE_LIMITED', retryable: true });
    expect(refused.retry_after).toBeGreaterThan(0);
    expect(refused.retry_after).toBeLessThanOrEqual(60);
    expect((await b.ask({ type: 'room.push', room: 'quiet:other', data: {} })).type).toBe('ok');
    for (let n = 0; n < 10; n++) await hub.room(room).push({ server: n });
    await a.until((frame) => frame.type === 'room.message' && frame.data.server === 9);
    expect(of(a, 'room.message').filter((frame) => frame.data.n === 5)).toEqual([]);
    expect(hub.stats.rate_limit_drops_total).toBe(1);
  });

  it('members over ROOM_MEMBERS_CAPACITY are refused and nothing is changed', async () => {
    const [a, b] = [await open(anna), await open(ben)];
    for (const room of ['quiet:a', 'quiet:b']) await a.ask({ type: 'room.join', room });
    await b.ask({ type: 'room.join', room: 'quiet:a' });
    expect(await b.ask({ type: 'room.join', room: 'quiet:c' })).toMatchObject({
      type: 'error',
      code: 'CAPACITY_EXCEEDED',
      retryable: true,
    });
    await expect(hub.room('quiet:d').join(ben.user.id)).rejects.toBeInstanceOf(CapacityError);
    expect(await hub.room('quiet:c').size()).toBe(0);
    expect(hub.stats.capacity_exceeded_room_total).toBe(2);
    await a.ask({ type: 'room.leave', room: 'quiet:b' });
    expect((await b.ask({ type: 'room.join', room: 'quiet:c' })).type).toBe('ok');
  });

  it('users over OWNER_CAPACITY are closed with 4013, and who is connected may connect again', async () => {
    for (const session of [anna, ben, manager, admin]) await open(session);
    await online(4);
    const fifth = await Socket.open(wardline, medNurse.cookie);
    expect((await fifth.untilClosed()).code).toBe(4013);
    const again = await open(anna);
    expect((await again.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    expect(hub.stats.capacity_exceeded_owner_total).toBeGreaterThanOrEqual(1);
  });

  it('a reliable message waits for its user, comes in order, and is not given twice', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await hub.sendReliable(ben.user.id, { n }, anna.user.id));
    const socket = await open(ben);
    await socket.until((frame) => frame.type === 'direct.message' && frame.data.n === 4);
    expect(of(socket, 'direct.message').map((frame) => [frame.id, frame.from, frame.data.n])).toEqual(
      ids.map((id, n) => [id, anna.user.id, n]),
    );
    const later = await hub.sendReliable(ben.user.id, { n: 5 });
    await socket.until((frame) => frame.id === later);
    socket.close();
    await socket.untilClosed();
    await online(0);
    const again = await open(ben);
    const last = await hub.sendReliable(ben.user.id, { n: 6 });
    await again.until((frame) => frame.id === last);
    expect(of(again, 'direct.message')).toHaveLength(1);
  });

  it('a channel’s message goes to its reader, and comes again when the reader failed', async () => {
    const seen: [string, unknown][] = [];
    const early = await hub.publishReliable('lab', { n: 1 });
    hub.consumeReliable('lab', (data, id) => {
      seen.push([id, data]);
      return Promise.resolve();
    });
    const late = await hub.publishReliable('lab', { n: 2 });
    await eventually(() => (seen.length === 2 ? true : undefined), 'both messages');
    expect(seen).toEqual([
      [early, { n: 1 }],
      [late, { n: 2 }],
    ]);
  });

  it('names that are none are refused by the server’s calls', async () => {
    for (const name of ['', 'a b', 'x'.repeat(65), 'ä', 'a/b']) {
      expect(() => hub.room(name)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
      await expect(hub.sendToClient(name, {})).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
      await expect(hub.publishReliable(name, {})).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    }
    await expect(hub.room('r').join(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(hub.room('r').join({ userId: anna.user.id, connectionId: randomUUID() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(hub.broadcast({ big: 'x'.repeat(70_000) })).rejects.toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
  });

  it('own and release compare the nonce: an old release never ends a newer owner', async () => {
    const got: SharedFrame[] = [];
    const client = { id: 'printer-1', isOpen: true, offer: (frame: SharedFrame) => got.push(frame) > 0 };
    const first = await hub.own('printer', client);
    const second = await hub.own('printer', client);
    await hub.room('prints').join({ userId: 'printer', connectionId: 'printer-1' });
    expect(await hub.release(first)).toBe(false);
    expect(await hub.sendToClient('printer', { n: 1 })).toBe(1);
    expect(await hub.room('prints').push({ n: 2 })).toBe(1);
    expect(got).toHaveLength(2);
    expect(await hub.release(second)).toBe(true);
    expect(await hub.sendToClient('printer', { n: 3 })).toBe(0);
    expect(await hub.room('prints').size()).toBe(0);
  });

  it('administrators see rooms and members page by page, and broadcast; nobody else may', async () => {
    const [a, b] = [await open(anna), await open(ben)];
    for (const socket of [a, b]) await socket.ask({ type: 'room.join', room: 'dept:icu' });
    await a.ask({ type: 'room.join', room: 'quiet:z' });
    const first = await admin.get('/admin/rooms?limit=1');
    expect(first.body.items).toEqual([{ name: 'dept:icu', size: 2 }]);
    const second = await admin.get(`/admin/rooms?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body).toEqual({ items: [{ name: 'quiet:z', size: 1 }], next_cursor: null });
    const [lower, higher] = [anna.user.id, ben.user.id].sort();
    const page = await admin.get('/admin/rooms/dept:icu/members?count=1');
    expect(page.body).toMatchObject({ items: [{ user_id: lower, connections: 1 }], size: 2 });
    const next = await admin.get(`/admin/rooms/dept:icu/members?count=1&cursor=${page.body.next_cursor}`);
    expect(next.body).toEqual({ items: [{ user_id: higher, connections: 1 }], next_cursor: null, size: 2 });
    expect((await admin.get('/admin/rooms/a%20b/members')).status).toBe(400);
    expect((await admin.get('/admin/rooms/dept:icu/members?count=0')).status).toBe(400);

    const sent = await admin.post('/admin/broadcast', { data: { code: 'drill' } });
    expect([sent.status, sent.body]).toEqual([200, { nodes: 1 }]);
    for (const socket of [a, b])
      expect(await socket.until((frame) => frame.type === 'broadcast')).toMatchObject({ from: admin.user.id, data: { code: 'drill' } });
    for (const bad of [{}, { data: 'x' }, { data: {}, more: 1 }]) expect((await admin.post('/admin/broadcast', bad)).status).toBe(400);
    for (const path of ['/admin/rooms', '/admin/rooms/r/members', '/admin/servers']) expect((await anna.get(path)).status).toBe(403);
    for (const path of ['/admin/broadcast', '/admin/gc']) expect((await manager.post(path, { data: {} })).status).toBe(403);
    const audit = await admin.get('/admin/audit?action=broadcast');
    expect(audit.body.items[0]).toMatchObject({ action: 'broadcast', result: 'ok', actor: `staff:${admin.user.id}` });
    expect(JSON.stringify(audit.body)).not.toContain('drill');
  });

  it('one node alone lists itself and has nothing to sweep', async () => {
    await open(anna);
    await online(1);
    const servers = await admin.get('/admin/servers');
    expect(servers.body).toMatchObject({
      next_cursor: null,
      degraded: false,
      items: [{ server_id: hub.serverId, self: true, stale: false }],
    });
    expect(await hub.onlineByServer()).toEqual(new Map([[hub.serverId, 1]]));
    const gc = await admin.post('/admin/gc');
    expect(gc.status).toBe(200);
    expect(gc.body.reaped).toMatchObject({ servers: 0, owners: 0, room_members: 0, nodes: 0 });
  });
});
