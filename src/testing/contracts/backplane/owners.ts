import { deepEqual, equal, ok } from 'node:assert/strict';
import { CapacityError } from '../../../cluster/ports/backplane-errors.js';
import { type BackplaneCheck, owner, ROW } from './backplane-check.js';

/** The users with connections, and their nodes. */
export function checkOwners(check: BackplaneCheck): void {
  check('owners: a user counts once, however many connections on however many nodes, until the last is released', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const [phone, desktop, other] = [owner('u1', 'c1'), owner('u1', 'c2'), owner('u2')];
    await a.owners.own(phone, 10);
    await b.owners.own(desktop, 10);
    await b.owners.own(other, 10);
    equal(await a.owners.count(), 2);
    const connections = await a.owners.connectionsOf('u1');
    deepEqual(connections.map(({ serverId, connectionId }) => `${serverId} ${connectionId}`).sort(), ['a c1', 'b c2']);
    equal(await a.owners.release(phone), true);
    equal(await a.owners.release(phone), false);
    equal(await b.owners.count(), 2);
    deepEqual(await b.owners.connectionsOf('u1'), [{ serverId: 'b', connectionId: 'c2' }]);
    equal(await b.owners.release(desktop), true);
    deepEqual(await a.owners.connectionsOf('u1'), []);
    equal(await a.owners.count(), 1);
  });

  check('owners: a release compares the nonce, and the node', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const [first, second] = [owner('u1', 'c1'), owner('u1', 'c1')];
    await a.owners.own(first, null);
    await a.owners.own(second, null);
    equal(await a.owners.release(first), false);
    equal(await b.owners.release(second), false);
    deepEqual(await a.owners.connectionsOf('u1'), [{ serverId: 'a', connectionId: 'c1' }]);
    equal(await a.owners.release(second), true);
    equal((await a.servers.beat(ROW)).users, 0);
  });

  check('owners: the capacity is exact when many come at once from all nodes, and who is in may come again', async (nodes) => {
    const [a, b, c] = await nodes('a', 'b', 'c');
    const owners = Array.from({ length: 60 }, (_, n) => owner(`u${String(n)}`));
    const came = await Promise.allSettled(owners.map((one, n) => ([a, b, c][n % 3] ?? a).owners.own(one, 25)));
    const refused = came.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    equal(refused.length, 35);
    for (const error of refused) ok(error instanceof CapacityError, `${String(error)} is no CapacityError`);
    equal(await a.owners.count(), 25);
    const inside = owners.find((_, n) => came[n]?.status === 'fulfilled');
    await b.owners.own(owner(inside?.userId ?? ''), 25);
    equal(await a.owners.count(), 25);
  });
}
