import { deepEqual, equal, ok } from 'node:assert/strict';
import { CapacityError } from '../../../cluster/ports/backplane-errors.js';
import { type BackplaneCheck, owner } from './backplane-check.js';

/** Members of rooms. */
export function checkRooms(check: BackplaneCheck): void {
  check('rooms: a user is a member from the first of their connections to the last, whichever node they are on', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const phone = { room: 'r', userId: 'u1', connectionId: 'c1' };
    const desktop = { room: 'r', userId: 'u1', connectionId: 'c2' };
    equal(await a.rooms.join(phone, null), true);
    equal(await a.rooms.join(phone, null), false);
    equal(await b.rooms.join(desktop, null), false);
    equal(await a.rooms.size('r'), 1);
    equal(await b.rooms.isMember('r', 'u1'), true);
    equal(await a.rooms.isMember('r', 'u2'), false);
    deepEqual((await b.rooms.members('r', null, 10)).items, [{ userId: 'u1', connections: 2 }]);
    equal(await a.rooms.leave(phone), false);
    equal(await a.rooms.leave(phone), false);
    equal(await b.rooms.leave(desktop), true);
    equal(await a.rooms.size('r'), 0);
    deepEqual(await a.rooms.rooms(null, 10), { items: [], cursor: null });
  });

  check('rooms: all connections of a user come and go together', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    await a.owners.own(owner('u1', 'c1'), null);
    await b.owners.own(owner('u1', 'c2'), null);
    await a.rooms.join({ room: 'r', userId: 'u1', connectionId: 'c1' }, null);
    deepEqual(await a.rooms.joinUser('r', 'u1', null), { connections: [{ serverId: 'b', connectionId: 'c2' }], changed: false });
    deepEqual(await a.rooms.joinUser('r', 'nobody', null), { connections: [], changed: false });
    const left = await b.rooms.leaveUser('r', 'u1');
    equal(left.changed, true);
    deepEqual(left.connections.map(({ connectionId }) => connectionId).sort(), ['c1', 'c2']);
    equal(await a.rooms.size('r'), 0);
    const again = await b.rooms.joinUser('r', 'u1', null);
    deepEqual([again.changed, again.connections.length], [true, 2]);
  });

  check(
    'rooms: the capacity is exact over all rooms when many come at once, and another connection of a member needs none',
    async (nodes) => {
      const [a, b] = await nodes('a', 'b');
      const joins = Array.from({ length: 40 }, (_, n) => ({
        room: `r${String(n % 4)}`,
        userId: `u${String(n)}`,
        connectionId: `c${String(n)}`,
      }));
      const came = await Promise.allSettled(joins.map((join, n) => (n % 2 ? a : b).rooms.join(join, 15)));
      const refused = came.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      equal(refused.length, 25);
      for (const error of refused) ok(error instanceof CapacityError, `${String(error)} is no CapacityError`);
      const inside = joins.find((_, n) => came[n]?.status === 'fulfilled');
      ok(inside);
      equal(await a.rooms.join({ ...inside, connectionId: 'another' }, 15), false);
      equal(await a.rooms.leave({ ...inside, connectionId: 'another' }), false);
      const sizes = (await b.rooms.rooms(null, 10)).items.reduce((sum, { size }) => sum + size, 0);
      equal(sizes, 15);
    },
  );

  check('rooms: rosters are paged in an order that holds while people come and go', async (nodes) => {
    const [a] = await nodes('a');
    const users = Array.from({ length: 25 }, (_, n) => `u${String(n).padStart(2, '0')}`);
    for (const userId of users) await a.rooms.join({ room: 'r', userId, connectionId: `c-${userId}` }, null);
    const page = async (cursor: string | null) => {
      const { items, cursor: next } = await a.rooms.members('r', cursor, 10);
      return { users: items.map(({ userId }) => userId), next };
    };
    const first = await page(null);
    deepEqual(first.users, users.slice(0, 10));
    await a.rooms.leave({ room: 'r', userId: 'u03', connectionId: 'c-u03' });
    await a.rooms.leave({ room: 'r', userId: 'u09', connectionId: 'c-u09' });
    await a.rooms.join({ room: 'r', userId: 'u05b', connectionId: 'late' }, null);
    const second = await page(first.next);
    deepEqual(second.users, users.slice(10, 20));
    deepEqual(await page(second.next), { users: users.slice(20), next: null });
    for (const room of ['b', 'a', 'c']) await a.rooms.join({ room, userId: 'u', connectionId: 'c' }, null);
    const [one, two, three, four] = ['a', 'b', 'c', 'r'].map((room) => ({ room, size: room === 'r' ? 24 : 1 }));
    deepEqual(await a.rooms.rooms(null, 2), { items: [one, two], cursor: 'b' });
    deepEqual((await a.rooms.rooms('b', 2)).items, [three, four]);
  });
}
