import { randomUUID } from 'node:crypto';
import { afterEach, expect, it } from 'vitest';
import type { Backplane } from '../../src/cluster/ports/backplane.js';
import { CapacityError } from '../../src/cluster/ports/backplane-errors.js';
import type { Heard } from '../../src/cluster/ports/bus-transport.js';
import type { Owner } from '../../src/cluster/ports/owner-store.js';
import type { ServerRow } from '../../src/cluster/ports/server-store.js';
import { eventually } from './person.js';

/** What an implementer brings for the contract to be checked. */
export interface BackplaneSubject {
  /** A world of its own for each test: node by node, the backplanes that share it. */
  newWorld: () => Promise<(serverId: string) => Promise<Backplane>>;
}

const ROW: ServerRow = { state: 'running', version: '1.2.3', startedAt: 1_700_000_000_000, connections: 3 };

function owner(userId: string, connectionId: string = randomUUID()): Owner {
  return { userId, connectionId, nonce: randomUUID() };
}

/** The promise of `Backplane`; call it inside a `describe`. */
export function backplaneContract(subject: () => BackplaneSubject): void {
  const open: Backplane[] = [];

  async function nodes<const T extends string[]>(...ids: T): Promise<{ [K in keyof T]: Backplane }> {
    const make = await subject().newWorld();
    const made: Backplane[] = [];
    for (const id of ids) {
      const backplane = await make(id);
      await backplane.start();
      expect(backplane.isUp).toBe(true);
      made.push(backplane);
      open.push(backplane);
    }
    return made as { [K in keyof T]: Backplane };
  }

  afterEach(async () => {
    for (const backplane of open.splice(0)) await backplane.stop();
  });

  it('servers: who has beaten is listed, with what was told and how long ago', async () => {
    const [a, b] = await nodes('a', 'b:1');
    expect(await a.servers.beat(ROW)).toEqual({ known: false, users: 0, members: 0 });
    await b.servers.beat({ ...ROW, state: 'draining', version: '2.0.0' });
    expect(await a.servers.beat(ROW)).toEqual({ known: true, users: 0, members: 0 });
    const listed = await b.servers.list();
    expect(listed).toMatchObject([
      { serverId: 'a', ...ROW, online: 0 },
      { serverId: 'b:1', state: 'draining', version: '2.0.0', online: 0 },
    ]);
    for (const { age } of listed) expect(age).toBeGreaterThanOrEqual(0);
  });

  it('servers: a pulse tells what is held of the node, so that it can compare', async () => {
    const [a, b] = await nodes('a', 'b');
    await a.owners.own(owner('u1', 'c1'), null);
    await a.owners.own(owner('u1', 'c2'), null);
    await a.owners.own(owner('u2', 'c3'), null);
    await b.owners.own(owner('u1', 'c4'), null);
    for (const room of ['r1', 'r2']) await a.rooms.join({ room, userId: 'u1', connectionId: 'c1' }, null);
    expect(await a.servers.beat(ROW)).toEqual({ known: false, users: 2, members: 2 });
    expect(await b.servers.beat(ROW)).toEqual({ known: false, users: 1, members: 0 });
    expect((await a.servers.list()).map(({ online }) => online)).toEqual([2, 1]);
  });

  it('owners: a user counts once, however many connections on however many nodes, until the last is released', async () => {
    const [a, b] = await nodes('a', 'b');
    const [phone, desktop, other] = [owner('u1'), owner('u1'), owner('u2')];
    await a.owners.own(phone, 10);
    await b.owners.own(desktop, 10);
    await b.owners.own(other, 10);
    expect(await a.owners.count()).toBe(2);
    expect(await a.owners.connectionsOf('u1')).toEqual(
      expect.arrayContaining([
        { serverId: 'a', connectionId: phone.connectionId },
        { serverId: 'b', connectionId: desktop.connectionId },
      ]),
    );
    expect(await a.owners.release(phone)).toBe(true);
    expect(await a.owners.release(phone)).toBe(false);
    expect(await b.owners.count()).toBe(2);
    expect(await b.owners.connectionsOf('u1')).toEqual([{ serverId: 'b', connectionId: desktop.connectionId }]);
    expect(await b.owners.release(desktop)).toBe(true);
    expect(await a.owners.connectionsOf('u1')).toEqual([]);
    expect(await a.owners.count()).toBe(1);
  });

  it('owners: a release compares the nonce, and the node', async () => {
    const [a, b] = await nodes('a', 'b');
    const first = owner('u1', 'c1');
    const second = owner('u1', 'c1');
    await a.owners.own(first, null);
    await a.owners.own(second, null);
    expect(await a.owners.release(first)).toBe(false);
    expect(await b.owners.release(second)).toBe(false);
    expect(await a.owners.connectionsOf('u1')).toEqual([{ serverId: 'a', connectionId: 'c1' }]);
    expect(await a.owners.release(second)).toBe(true);
    expect(await a.servers.beat(ROW)).toMatchObject({ users: 0 });
  });

  it('owners: the capacity is exact when many come at once from all nodes, and who is in may come again', async () => {
    const [a, b, c] = await nodes('a', 'b', 'c');
    const owners = Array.from({ length: 60 }, (_, n) => owner(`u${String(n)}`));
    const came = await Promise.allSettled(owners.map((one, n) => ([a, b, c][n % 3] ?? a).owners.own(one, 25)));
    const refused = came.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).toHaveLength(35);
    for (const error of refused) expect(error).toBeInstanceOf(CapacityError);
    expect(await a.owners.count()).toBe(25);
    const inside = owners.find((_, n) => came[n]?.status === 'fulfilled');
    await b.owners.own(owner(inside!.userId), 25);
    expect(await a.owners.count()).toBe(25);
  });

  it('rooms: a user is a member from the first of their connections to the last, whichever node they are on', async () => {
    const [a, b] = await nodes('a', 'b');
    const phone = { room: 'r', userId: 'u1', connectionId: 'c1' };
    const desktop = { room: 'r', userId: 'u1', connectionId: 'c2' };
    expect(await a.rooms.join(phone, null)).toBe(true);
    expect(await a.rooms.join(phone, null)).toBe(false);
    expect(await b.rooms.join(desktop, null)).toBe(false);
    expect(await a.rooms.size('r')).toBe(1);
    expect(await b.rooms.isMember('r', 'u1')).toBe(true);
    expect(await a.rooms.isMember('r', 'u2')).toBe(false);
    expect((await b.rooms.members('r', null, 10)).items).toEqual([{ userId: 'u1', connections: 2 }]);
    expect(await a.rooms.leave(phone)).toBe(false);
    expect(await a.rooms.leave(phone)).toBe(false);
    expect(await b.rooms.leave(desktop)).toBe(true);
    expect(await a.rooms.size('r')).toBe(0);
    expect(await a.rooms.rooms(null, 10)).toEqual({ items: [], cursor: null });
  });

  it('rooms: all connections of a user come and go together', async () => {
    const [a, b] = await nodes('a', 'b');
    await a.owners.own(owner('u1', 'c1'), null);
    await b.owners.own(owner('u1', 'c2'), null);
    await a.rooms.join({ room: 'r', userId: 'u1', connectionId: 'c1' }, null);
    expect(await a.rooms.joinUser('r', 'u1', null)).toEqual({ connections: [{ serverId: 'b', connectionId: 'c2' }], changed: false });
    expect(await a.rooms.joinUser('r', 'nobody', null)).toEqual({ connections: [], changed: false });
    const left = await b.rooms.leaveUser('r', 'u1');
    expect(left.changed).toBe(true);
    expect(left.connections.map(({ connectionId }) => connectionId).sort()).toEqual(['c1', 'c2']);
    expect(await a.rooms.size('r')).toBe(0);
    const again = await b.rooms.joinUser('r', 'u1', null);
    expect([again.changed, again.connections.length]).toEqual([true, 2]);
  });

  it('rooms: the capacity is exact over all rooms when many come at once, and another connection of a member needs none', async () => {
    const [a, b] = await nodes('a', 'b');
    const joins = Array.from({ length: 40 }, (_, n) => ({
      room: `r${String(n % 4)}`,
      userId: `u${String(n)}`,
      connectionId: `c${String(n)}`,
    }));
    const came = await Promise.allSettled(joins.map((join, n) => (n % 2 ? a : b).rooms.join(join, 15)));
    const refused = came.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    expect(refused).toHaveLength(25);
    for (const error of refused) expect(error).toBeInstanceOf(CapacityError);
    const inside = joins.find((_, n) => came[n]?.status === 'fulfilled')!;
    expect(await a.rooms.join({ ...inside, connectionId: 'another' }, 15)).toBe(false);
    expect(await a.rooms.leave({ ...inside, connectionId: 'another' })).toBe(false);
    const sizes = (await b.rooms.rooms(null, 10)).items.reduce((sum, { size }) => sum + size, 0);
    expect(sizes).toBe(15);
  });

  it('rooms: rosters are paged in an order that holds while people come and go', async () => {
    const [a] = await nodes('a');
    const users = Array.from({ length: 25 }, (_, n) => `u${String(n).padStart(2, '0')}`);
    for (const userId of users) await a.rooms.join({ room: 'r', userId, connectionId: `c-${userId}` }, null);
    const first = await a.rooms.members('r', null, 10);
    expect(first.items.map(({ userId }) => userId)).toEqual(users.slice(0, 10));
    await a.rooms.leave({ room: 'r', userId: 'u03', connectionId: 'c-u03' });
    await a.rooms.leave({ room: 'r', userId: 'u09', connectionId: 'c-u09' });
    await a.rooms.join({ room: 'r', userId: 'u05b', connectionId: 'late' }, null);
    const second = await a.rooms.members('r', first.cursor, 10);
    expect(second.items.map(({ userId }) => userId)).toEqual(users.slice(10, 20));
    const third = await a.rooms.members('r', second.cursor, 10);
    expect([third.items.map(({ userId }) => userId), third.cursor]).toEqual([users.slice(20), null]);
    for (const room of ['b', 'a', 'c']) await a.rooms.join({ room, userId: 'u', connectionId: 'c' }, null);
    const rooms = await a.rooms.rooms(null, 2);
    expect(rooms).toEqual({
      items: [
        { room: 'a', size: 1 },
        { room: 'b', size: 1 },
      ],
      cursor: 'b',
    });
    expect((await a.rooms.rooms('b', 2)).items).toEqual([
      { room: 'c', size: 1 },
      { room: 'r', size: 24 },
    ]);
  });

  it('a dead node goes with all it left, others keep theirs, and it is told who left which room', async () => {
    const [a, b] = await nodes('a', 'b');
    await a.servers.beat(ROW);
    await b.servers.beat(ROW);
    for (let n = 0; n < 700; n++) await a.owners.own(owner(`u${String(n)}`, `a${String(n)}`), null);
    await b.owners.own(owner('u1', 'b1'), null);
    await a.rooms.join({ room: 'r', userId: 'u1', connectionId: 'a1' }, null);
    await b.rooms.join({ room: 'r', userId: 'u1', connectionId: 'b1' }, null);
    for (let n = 2; n < 12; n++) await a.rooms.join({ room: 'r', userId: `u${String(n)}`, connectionId: `a${String(n)}` }, null);
    await a.rooms.join({ room: 'only-a', userId: 'u2', connectionId: 'a2' }, null);
    expect(await b.servers.reap('a', 60_000)).toMatchObject({ servers: 0, owners: 0, room_members: 0 });
    expect(await b.servers.stale(60_000)).toEqual([]);
    await eventually(async () => ((await b.servers.stale(50)).includes('a') ? true : undefined), 'a stale node');
    await b.servers.beat(ROW);
    const reaped = await b.servers.reap('a', 50);
    expect(reaped).toMatchObject({ servers: 1, owners: 700, room_members: 12, rooms: 1 });
    const key = (one: { room: string; userId: string }) => `${one.room} ${one.userId}`;
    expect(reaped.left.map(key).sort()).toEqual([...Array.from({ length: 10 }, (_, n) => `r u${String(n + 2)}`), 'only-a u2'].sort());
    expect((await b.servers.list()).map(({ serverId }) => serverId)).toEqual(['b']);
    expect(await b.owners.count()).toBe(1);
    expect(await b.rooms.size('r')).toBe(1);
    expect((await b.rooms.rooms(null, 10)).items).toEqual([{ room: 'r', size: 1 }]);
    expect(await b.servers.reap('a', null)).toMatchObject({ servers: 0, owners: 0, room_members: 0, left: [] });
    expect(await a.servers.beat(ROW)).toEqual({ known: false, users: 0, members: 0 });
  });

  it('what a node has can be written down anew, more than once, over any capacity', async () => {
    const [a, b] = await nodes('a', 'b');
    const owners = Array.from({ length: 5 }, (_, n) => owner(`u${String(n)}`, `c${String(n)}`));
    const memberships = owners.map(({ userId, connectionId }) => ({ room: 'r', userId, connectionId }));
    await b.owners.own(owner('else'), 1);
    for (let times = 0; times < 2; times++) await a.servers.restore(owners, memberships);
    expect(await b.owners.count()).toBe(6);
    expect(await a.servers.beat(ROW)).toMatchObject({ users: 5, members: 5 });
    expect(await a.owners.release(owners[0]!)).toBe(true);
  });

  it('a lock has one holder at a time, until it is given back or has run out', async () => {
    const [a, b] = await nodes('a', 'b');
    const give = await a.servers.tryLock('sweep', 60_000);
    expect(give).toBeDefined();
    expect(await b.servers.tryLock('sweep', 60_000)).toBeUndefined();
    expect(await b.servers.tryLock('other', 60_000)).toBeDefined();
    await give!();
    const short = await b.servers.tryLock('sweep', 50);
    expect(short).toBeDefined();
    const taken = await eventually(() => a.servers.tryLock('sweep', 60_000), 'the end of a lock that ran out');
    await short!();
    expect(await b.servers.tryLock('sweep', 60_000)).toBeUndefined();
    await taken();
  });

  it('bus: only those a message is for get it, in order, and the publisher is told how many nodes', async () => {
    const [a, b, c] = await nodes('a', 'b', 'c');
    const heard: Record<string, Heard[]> = { a: [], b: [], c: [] };
    for (const [name, node] of Object.entries({ a, b, c })) {
      node.bus.listen((one) => heard[name]?.push(one));
      await node.servers.beat(ROW);
    }
    await a.owners.own(owner('u1', 'c0'), null);
    await b.owners.own(owner('u1', 'c1'), null);
    await b.owners.own(owner('u1', 'c2'), null);
    await c.rooms.join({ room: 'r', userId: 'u9', connectionId: 'c9' }, null);
    await b.bus.follow('icu');
    await a.bus.follow('icu');
    expect(await a.bus.publish({ server: 'b' }, 'to b')).toBe(1);
    expect(await a.bus.publish({ server: 'nobody' }, 'x')).toBe(0);
    expect(await a.bus.publish({ user: 'u1' }, 'to u1')).toBe(1);
    expect(await a.bus.publish({ user: 'nobody' }, 'x')).toBe(0);
    expect(await a.bus.publish({ room: 'r' }, 'to r')).toBe(1);
    expect(await c.bus.publish({ room: 'r' }, 'own room')).toBe(0);
    expect(await c.bus.publish({ dept: 'icu' }, 'wake')).toBe(2);
    expect(await c.bus.publish({ dept: 'med' }, 'x')).toBe(0);
    for (let n = 0; n < 20; n++) expect(await a.bus.publish('all', `all ${String(n)}`)).toBe(3);
    const all = Array.from({ length: 20 }, (_, n) => ({ dept: null, text: `all ${String(n)}` }));
    await eventually(() => (Object.values(heard).every((one) => one.at(-1)?.text === 'all 19') ? true : undefined), 'the last message');
    expect(heard['a']).toEqual([{ dept: 'icu', text: 'wake' }, ...all]);
    expect(heard['b']).toEqual([{ dept: null, text: 'to b' }, { dept: null, text: 'to u1' }, { dept: 'icu', text: 'wake' }, ...all]);
    expect(heard['c']).toEqual([{ dept: null, text: 'to r' }, ...all]);
    await b.bus.unfollow('icu');
    expect(await c.bus.publish({ dept: 'icu' }, 'wake')).toBe(1);
  });

  it('windows: exactly so many in a window, wherever they come from, and again when it has slid on', async () => {
    const [a, b] = await nodes('a', 'b');
    const rate = { count: 10, seconds: 1 };
    const hits = await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? a : b).windows.hit('k', rate)));
    expect(hits.filter((wait) => wait === 0)).toHaveLength(10);
    for (const wait of hits) expect(wait).toBeLessThanOrEqual(1000);
    expect(await a.windows.hit('another', rate)).toBe(0);
    await eventually(async () => ((await b.windows.hit('k', rate)) === 0 ? true : undefined), 'room in the window');
  });

  it('streams: each message is given once, again when it was not acknowledged in time, and not after it was', async () => {
    const [a, b] = await nodes('a', 'b');
    const bounds = { maxLength: 100, maxAgeMs: 60_000 };
    const now = { count: 10, idleMs: 60_000, maxAgeMs: 60_000 };
    expect(await a.streams.read('s', now)).toEqual([]);
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await a.streams.append('s', `m${String(n)}`, bounds));
    expect(await b.streams.isWaiting('s')).toBe(true);
    const first = await a.streams.read('s', { ...now, count: 4 });
    expect(first).toEqual(ids.slice(0, 4).map((id, n) => ({ id, text: `m${String(n)}` })));
    expect((await b.streams.read('s', now)).map(({ text }) => text)).toEqual(['m4', 'm5']);
    expect(await b.streams.read('s', now)).toEqual([]);
    for (const id of [ids[0], ids[1], ids[4], ids[5]]) await b.streams.acknowledge('s', id!);
    const claimed = await eventually(async () => {
      const entries = await b.streams.read('s', { ...now, idleMs: 50 });
      return entries.length > 0 ? entries : undefined;
    }, 'what a dead node was given');
    expect(claimed.map(({ text }) => text)).toEqual(['m2', 'm3']);
    for (const { id } of claimed) await b.streams.acknowledge('s', id);
    expect(await a.streams.isWaiting('s')).toBe(false);
    expect(await a.streams.read('s', { ...now, idleMs: 0 })).toEqual([]);
    const later = await a.streams.append('s', 'later', bounds);
    expect(Number(later.split('-')[0])).toBeGreaterThanOrEqual(Number(ids[5]!.split('-')[0]));
    expect(await b.streams.read('s', now)).toEqual([{ id: later, text: 'later' }]);
  });

  it('streams: are bounded by length and by age', async () => {
    const [a] = await nodes('a');
    for (let n = 0; n < 30; n++) await a.streams.append('s', String(n), { maxLength: 10, maxAgeMs: 60_000 });
    const kept = await a.streams.read('s', { count: 100, idleMs: 60_000, maxAgeMs: 60_000 });
    expect(kept.map(({ text }) => text)).toEqual(Array.from({ length: 10 }, (_, n) => String(n + 20)));
    await a.streams.append('short', 'x', { maxLength: 10, maxAgeMs: 50 });
    await eventually(
      async () =>
        (await a.streams.isWaiting('short')) ? a.streams.append('other', 'x', { maxLength: 1, maxAgeMs: 50 }).then(() => undefined) : true,
      'the end of what is too old',
    );
    expect(await a.streams.read('short', { count: 10, idleMs: 0, maxAgeMs: 50 })).toEqual([]);
  });

  it('ids of any allowed kind stay ids', async () => {
    const [a] = await nodes('a');
    for (const name of ['__proto__', 'constructor', 'a:b', '.', '-', '_', '%s'.replace('%', '')]) {
      await a.owners.own(owner(name, name), null);
      await a.rooms.join({ room: name, userId: name, connectionId: name }, null);
      expect(await a.owners.connectionsOf(name)).toEqual([{ serverId: 'a', connectionId: name }]);
      expect((await a.rooms.members(name, null, 5)).items).toEqual([{ userId: name, connections: 1 }]);
    }
  });
}
