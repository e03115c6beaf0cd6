import { deepEqual, equal, ok } from 'node:assert/strict';
import type { Heard } from '../../../cluster/ports/bus-transport.js';
import { until } from '../support/until.js';
import { type BackplaneCheck, owner, ROW } from './backplane-check.js';

const MINUTE_MS = 60_000;
const NAMES = ['__proto__', 'constructor', 'a:b', '.', '-', '_'];

/** The bus, shared windows and streams; names of any allowed kind. */
export function checkMessages(check: BackplaneCheck): void {
  check('bus: only those a message is for get it, in order, and the publisher is told how many nodes', async (nodes) => {
    const [a, b, c] = await nodes('a', 'b', 'c');
    const heard: Record<'a' | 'b' | 'c', Heard[]> = { a: [], b: [], c: [] };
    for (const [node, list] of [
      [a, heard.a],
      [b, heard.b],
      [c, heard.c],
    ] as const) {
      node.bus.listen((one) => list.push(one));
      await node.servers.beat(ROW);
    }
    await a.owners.own(owner('u1', 'c0'), null);
    await b.owners.own(owner('u1', 'c1'), null);
    await b.owners.own(owner('u1', 'c2'), null);
    await c.rooms.join({ room: 'r', userId: 'u9', connectionId: 'c9' }, null);
    await b.bus.follow('icu');
    await a.bus.follow('icu');
    equal(await a.bus.publish({ server: 'b' }, 'to b'), 1);
    equal(await a.bus.publish({ server: 'nobody' }, 'x'), 0);
    equal(await a.bus.publish({ user: 'u1' }, 'to u1'), 1);
    equal(await a.bus.publish({ user: 'nobody' }, 'x'), 0);
    equal(await a.bus.publish({ room: 'r' }, 'to r'), 1);
    equal(await c.bus.publish({ room: 'r' }, 'own room'), 0);
    equal(await c.bus.publish({ dept: 'icu' }, 'wake'), 2);
    equal(await c.bus.publish({ dept: 'med' }, 'x'), 0);
    for (let n = 0; n < 20; n++) equal(await a.bus.publish('all', `all ${String(n)}`), 3);
    const all = Array.from({ length: 20 }, (_, n) => ({ dept: null, text: `all ${String(n)}` }));
    const isComplete = () => Object.values(heard).every((list) => list.at(-1)?.text === 'all 19');
    await until(() => (isComplete() ? true : undefined), 'the last message');
    const wake = { dept: 'icu', text: 'wake' };
    deepEqual(heard.a, [wake, ...all]);
    deepEqual(heard.b, [{ dept: null, text: 'to b' }, { dept: null, text: 'to u1' }, wake, ...all]);
    deepEqual(heard.c, [{ dept: null, text: 'to r' }, ...all]);
    await b.bus.unfollow('icu');
    equal(await c.bus.publish({ dept: 'icu' }, 'wake'), 1);
  });

  check('windows: exactly so many in a window, wherever they come from, and again when it has slid on', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const rate = { count: 10, seconds: 1 };
    const waits = await Promise.all(Array.from({ length: 30 }, (_, n) => (n % 2 ? a : b).windows.hit('k', rate)));
    equal(waits.filter((wait) => wait === 0).length, 10);
    for (const wait of waits) ok(wait <= 1000, `a wait of ${String(wait)} ms in a window of 1 s`);
    equal(await a.windows.hit('another', rate), 0);
    await until(async () => ((await b.windows.hit('k', rate)) === 0 ? true : undefined), 'room in the window');
  });

  check('streams: each message is given once, again when it was not acknowledged in time, and not after it was', async (nodes) => {
    const [a, b] = await nodes('a', 'b');
    const bounds = { maxLength: 100, maxAgeMs: MINUTE_MS };
    const now = { count: 10, idleMs: MINUTE_MS, maxAgeMs: MINUTE_MS };
    const textsFor = async (options: typeof now) => (await b.streams.read('s', options)).map(({ text }) => text);
    deepEqual(await a.streams.read('s', now), []);
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await a.streams.append('s', `m${String(n)}`, bounds));
    equal(await b.streams.isWaiting('s'), true);
    deepEqual(
      await a.streams.read('s', { ...now, count: 4 }),
      ids.slice(0, 4).map((id, n) => ({ id, text: `m${String(n)}` })),
    );
    deepEqual(await textsFor(now), ['m4', 'm5']);
    deepEqual(await textsFor(now), []);
    for (const n of [0, 1, 4, 5]) await b.streams.acknowledge('s', ids[n] ?? '');
    const claimed = await until(async () => {
      const entries = await b.streams.read('s', { ...now, idleMs: 50 });
      return entries.length > 0 ? entries : undefined;
    }, 'what a dead node was given');
    deepEqual(
      claimed.map(({ text }) => text),
      ['m2', 'm3'],
    );
    for (const { id } of claimed) await b.streams.acknowledge('s', id);
    equal(await a.streams.isWaiting('s'), false);
    deepEqual(await textsFor({ ...now, idleMs: 0 }), []);
    const later = await a.streams.append('s', 'later', bounds);
    ok(!ids.includes(later), 'an id that was given before');
    deepEqual(await b.streams.read('s', now), [{ id: later, text: 'later' }]);
  });

  check('streams: are bounded by length and by age', async (nodes) => {
    const [a] = await nodes('a');
    for (let n = 0; n < 30; n++) await a.streams.append('s', String(n), { maxLength: 10, maxAgeMs: MINUTE_MS });
    const kept = await a.streams.read('s', { count: 100, idleMs: MINUTE_MS, maxAgeMs: MINUTE_MS });
    deepEqual(
      kept.map(({ text }) => text),
      Array.from({ length: 10 }, (_, n) => String(n + 20)),
    );
    const short = { maxLength: 10, maxAgeMs: 50 };
    await a.streams.append('short', 'x', short);
    await until(async () => {
      if (!(await a.streams.isWaiting('short'))) return true;
      await a.streams.append('other', 'x', short);
      return undefined;
    }, 'the end of what is too old');
    deepEqual(await a.streams.read('short', { count: 10, idleMs: 0, maxAgeMs: 50 }), []);
  });

  check('ids of any allowed kind stay ids', async (nodes) => {
    const [a] = await nodes('a');
    for (const name of NAMES) {
      await a.owners.own(owner(name, name), null);
      await a.rooms.join({ room: name, userId: name, connectionId: name }, null);
      deepEqual(await a.owners.connectionsOf(name), [{ serverId: 'a', connectionId: name }]);
      deepEqual((await a.rooms.members(name, null, 5)).items, [{ userId: name, connections: 1 }]);
    }
  });
}
