import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Reaped } from '../../../cluster/ports/server-store.js';
import { until } from '../support/until.js';
import { type BackplaneCheck, owner, ROW } from './backplane-check.js';

const CROWD = 700;
const countsOf = ({ servers, owners, room_members }: Reaped) => [servers, owners, room_members];

/** Nodes, what they hold, and what goes with one that is dead. */
export function checkServers(check: BackplaneCheck): void {
  check('servers: who has beaten is listed, with what was told and how long ago', async (nodes) => {
    const [a, b] = await nodes('a', 'b:1');
    deepEqual(await a.servers.beat(ROW), { known: false, users: 0, members: 0 });
    await b.servers.beat({ ...ROW, state: 'draining', version: '2.0.0' });
    deepEqual(await a.servers.beat(ROW), { known: true, users: 0, members: 0 });
    const listed = await b.servers.list();
    for (const { age } of listed) ok(age >= 0, `an age of ${String(age)}`);
    deepEqual(
      listed.map((one) => ({ ...one, age: 0 })),
      [
        { serverId: 'a', ...ROW, online: 0, age: 0 },
        { serverId: 'b:1', ...ROW, state: 'draining', version: '2.0.0', online: 0, age: 0 },
      ],
    );
  });

  check('servers: a heartbeat answers what is held of the node, so that it can compare', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    await a.owners.own(owner('u1', 'c1'), null);
    await a.owners.own(owner('u1', 'c2'), null);
    await a.owners.own(owner('u2', 'c3'), null);
    await b.owners.own(owner('u1', 'c4'), null);
    for (const room of ['r1', 'r2']) await a.rooms.join({ room, userId: 'u1', connectionId: 'c1' }, null);
    deepEqual(await a.servers.beat(ROW), { known: false, users: 2, members: 2 });
    deepEqual(await b.servers.beat(ROW), { known: false, users: 1, members: 0 });
    deepEqual(
      (await a.servers.list()).map(({ online }) => online),
      [2, 1],
    );
  });

  check('a dead node goes with all it left, others keep theirs, and it is told who left which room', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    await a.servers.beat(ROW);
    await b.servers.beat(ROW);
    for (let n = 0; n < CROWD; n++) await a.owners.own(owner(`u${String(n)}`, `a${String(n)}`), null);
    await b.owners.own(owner('u1', 'b1'), null);
    await a.rooms.join({ room: 'r', userId: 'u1', connectionId: 'a1' }, null);
    await b.rooms.join({ room: 'r', userId: 'u1', connectionId: 'b1' }, null);
    for (let n = 2; n < 12; n++) await a.rooms.join({ room: 'r', userId: `u${String(n)}`, connectionId: `a${String(n)}` }, null);
    await a.rooms.join({ room: 'only-a', userId: 'u2', connectionId: 'a2' }, null);
    deepEqual(countsOf(await b.servers.reap('a', 60_000)), [0, 0, 0]);
    deepEqual(await b.servers.stale(60_000), []);
    await until(async () => ((await b.servers.stale(50)).includes('a') ? true : undefined), 'a stale node');
    await b.servers.beat(ROW);
    const reaped = await b.servers.reap('a', 50);
    deepEqual([...countsOf(reaped), reaped.rooms], [1, CROWD, 12, 1]);
    deepEqual(
      reaped.left.map(({ room, userId }) => `${room} ${userId}`).sort(),
      [...Array.from({ length: 10 }, (_, n) => `r u${String(n + 2)}`), 'only-a u2'].sort(),
    );
    deepEqual(
      (await b.servers.list()).map(({ serverId }) => serverId),
      ['b'],
    );
    equal(await b.owners.count(), 1);
    equal(await b.rooms.size('r'), 1);
    deepEqual((await b.rooms.rooms(null, 10)).items, [{ room: 'r', size: 1 }]);
    const again = await b.servers.reap('a', null);
    deepEqual([...countsOf(again), ...again.left], [0, 0, 0]);
    deepEqual(await a.servers.beat(ROW), { known: false, users: 0, members: 0 });
  });

  check('what a node has can be written down again, more than once, over any capacity', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const owners = Array.from({ length: 5 }, (_, n) => owner(`u${String(n)}`, `c${String(n)}`));
    const memberships = owners.map(({ userId, connectionId }) => ({ room: 'r', userId, connectionId }));
    await b.owners.own(owner('else'), 1);
    for (let times = 0; times < 2; times++) await a.servers.restore(owners, memberships);
    equal(await b.owners.count(), 6);
    const { users, members } = await a.servers.beat(ROW);
    deepEqual([users, members], [5, 5]);
    for (const one of owners) equal(await a.owners.release(one), true);
  });

  check('a lock has one holder at a time, until it is given back or has run out', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const give = await a.servers.tryLock('sweep', 60_000);
    ok(give);
    equal(await b.servers.tryLock('sweep', 60_000), undefined);
    ok(await b.servers.tryLock('other', 60_000));
    await give();
    const short = await b.servers.tryLock('sweep', 50);
    ok(short);
    const taken = await until(() => a.servers.tryLock('sweep', 60_000), 'the end of a lock that ran out');
    await short();
    equal(await b.servers.tryLock('sweep', 60_000), undefined);
    await taken();
  });
}
