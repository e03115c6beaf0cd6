import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { afterEach, describe, expect, it } from 'vitest';
import { type ConsumedEvent, EventConsumer } from '../../../../src/events/consumers/event-consumer.js';
import { EventConsumers } from '../../../../src/events/consumers/event-consumers.js';
import { statement } from '../../../../src/platform/database/statement.js';
import type { Transaction } from '../../../../src/platform/database/transactions.js';
import { asStation, request, signIn } from '../../../support/clients/client.js';
import { HeldTransaction } from '../../../support/held-transaction.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const running: TestWardline[] = [];
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop();
});

const write = statement('test_write_seen', 'INSERT INTO seen (name, dept, seq, node) VALUES ($1, $2, $3, $4)');

interface Behaviour {
  types?: string[];
  from?: 'now' | 'start';
  node?: string;
  before?: (event: ConsumedEvent, tx: Transaction) => Promise<void> | void;
}

function consuming(...consumers: ({ name: string } & Behaviour)[]) {
  @Injectable()
  class Registration implements OnModuleInit {
    constructor(private readonly consumers: EventConsumers) {}
    onModuleInit(): void {
      for (const { name, types = ['call.pending'], from, node = 'one', before } of consumers) {
        class Consumer extends EventConsumer {
          readonly name = name;
          readonly types = types;
          override readonly from = from ?? 'now';
          async handle(tx: Transaction, event: ConsumedEvent): Promise<void> {
            await tx.query(write, [name, event.dept, event.seq, node]);
            await before?.(event, tx);
          }
        }
        this.consumers.register(new Consumer());
      }
    }
  }
  @Module({ providers: [Registration] })
  class Own {}
  return [Own];
}

async function start(modules: ReturnType<typeof consuming>, sharedWith?: TestWardline): Promise<TestWardline> {
  const target = await startTestWardline({ modules, ...(sharedWith && { sharedWith }) });
  running.push(target);
  await target.database.query('CREATE TABLE IF NOT EXISTS seen (id serial, name text, dept text, seq bigint, node text)');
  return target;
}

const seen = async (target: TestWardline, name: string, dept = 'icu') =>
  (
    await target.database.query<{ seq: string; node: string }>('SELECT seq, node FROM seen WHERE name = $1 AND dept = $2 ORDER BY id', [
      name,
      dept,
    ])
  ).map(({ seq }) => Number(seq));
const logged = async (target: TestWardline, dept = 'icu') =>
  (
    await target.database.query<{ seq: string }>(`SELECT seq FROM events WHERE dept_id = $1 AND type = 'call.pending' ORDER BY seq`, [dept])
  ).map(({ seq }) => Number(seq));
const press = async (target: TestWardline, station = 'icu-101-bed', type = 'patient_normal') =>
  expect((await asStation(target, station)('POST', '/calls', { type })).status).toBe(201);
const until = <T>(look: () => Promise<T>, wanted: T, what: string) =>
  eventually(async () => (JSON.stringify(await look()) === JSON.stringify(wanted) ? true : undefined), what);
const STATIONS = ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed'];

describe('a consumer of events', () => {
  it('gets each event of its types once, in order; one that is new begins with the next', async () => {
    const plain = await startTestWardline();
    running.push(plain);
    await press(plain);
    const target = await start(consuming({ name: 'late' }, { name: 'all', from: 'start' }), plain);
    for (const station of STATIONS.slice(1)) await press(target, station);
    const all = await logged(target);
    expect(all).toHaveLength(4);
    await until(() => seen(target, 'all'), all, 'every event');
    await until(() => seen(target, 'late'), all.slice(1), 'every event but the first');
  });

  it('works on one node at a time: nothing is handled twice', async () => {
    const first = await start(consuming({ name: 'shared', node: 'one' }));
    const second = await start(consuming({ name: 'shared', node: 'two' }), first);
    for (const station of STATIONS)
      for (const type of ['patient_normal', 'service_request', 'bed_exit'])
        await press(station < 'icu-103' ? first : second, station, type);
    await until(() => seen(first, 'shared'), await logged(first), 'every event, once and in order');
  });

  it('that fails keeps nothing of the event, which comes again; other departments and consumers go on', async () => {
    let isBroken = true;
    const fails = ({ dept }: ConsumedEvent) => {
      if (isBroken && dept === 'icu') throw new Error('a defect of the extension');
    };
    const target = await start(consuming({ name: 'broken', before: fails }, { name: 'whole' }));
    await press(target);
    await press(target, 'med-201-bed');
    await until(() => seen(target, 'whole'), await logged(target), 'the other consumer');
    await until(() => seen(target, 'broken', 'med'), await logged(target, 'med'), 'the other department');
    expect(await seen(target, 'broken')).toEqual([]);
    const health = await eventually(async () => {
      const { body } = await request(target, 'GET', '/healthz');
      return body.status === 'degraded' ? body : undefined;
    }, 'a degraded node');
    expect(health.extensions).toContain('event consumer broken (icu)');
    expect((await request(target, 'GET', '/readyz')).status).toBe(200);
    const admin = await signIn(target, 'admin');
    const { body } = await admin.get('/admin/extensions');
    expect(body.consumers[0]).toMatchObject({ name: 'broken', dept: 'icu', failures: expect.any(Number) });
    isBroken = false;
    await until(() => seen(target, 'broken'), await logged(target), 'the event, once it can be handled');
  });

  it('that hangs is given up: its late statements are refused, and the event comes again', async () => {
    let late: Promise<unknown> | undefined;
    const hangs = (event: ConsumedEvent, tx: Transaction) => {
      if (late) return;
      late = new Promise((resolve) => setTimeout(resolve, 3000)).then(() => tx.query(write, ['late', event.dept, event.seq, 'late']));
      late.catch(() => undefined);
      return new Promise<void>(() => undefined);
    };
    const target = await start(consuming({ name: 'hangs', before: hangs }));
    await press(target);
    await until(() => seen(target, 'hangs'), await logged(target), 'the event at its second try');
    await expect(late).rejects.toThrow('the transaction is over');
    expect(await seen(target, 'late')).toEqual([]);
  });

  it('that fails at an event which another node has handled meanwhile puts nothing off', async () => {
    let other: HeldTransaction | undefined;
    let taken: Promise<void> | undefined;
    const failsOnce = async () => {
      if (other) return;
      other = await HeldTransaction.begin(target);
      // As another node, which takes the cursor as soon as this one lets go of it. Locks of a table are given in turn, those of a row are not.
      const seq = (await logged(target)).at(-1);
      const locked = other.query('LOCK TABLE event_consumers IN EXCLUSIVE MODE');
      taken = locked.then(() => other?.query(`UPDATE event_consumers SET seq = $1 WHERE name = 'late' AND dept_id = 'icu'`, [seq]));
      await other.untilWaiting('LOCK TABLE event_consumers%');
      throw new Error('a defect of the extension');
    };
    const target = await start(consuming({ name: 'late', before: failsOnce }));
    await press(target);
    const held = await eventually(() => other, 'a try that fails');
    await held.untilWaiting('UPDATE event_consumers SET failures%');
    await taken;
    await held.commit();
    // It waits for what waits for the row already.
    const rows = await target.database.query(
      `SELECT failures, retry_at FROM event_consumers WHERE name = 'late' AND dept_id = 'icu' FOR UPDATE`,
    );
    expect(rows).toEqual([{ failures: 0, retry_at: null }]);
  });

  it.each([
    ['two of one name', [{ name: 'twice' }, { name: 'twice' }], 'two event consumers are called twice'],
    ['a name that is none', [{ name: 'No name' }], 'the name of an event consumer'],
    ['no type', [{ name: 'idle', types: [] }], 'names no type'],
  ])('with %s stops the start', async (_, consumers, why) => {
    await expect(startTestWardline({ modules: consuming(...consumers) })).rejects.toThrow(why);
  });
});

describe('a point that has held a process up twice', () => {
  it('runs on its fallback until an administrator enables it, which is in the record', async () => {
    const target = await start(consuming({ name: 'whole' }));
    await target.database.query(
      `INSERT INTO extension_points (point, stuck_at, off_since) VALUES ('event consumer whole', app_now(), app_now())`,
    );
    await eventually(
      async () => {
        const { body } = await request(target, 'GET', '/healthz');
        return (body.extensions ?? []).includes('event consumer whole') ? true : undefined;
      },
      'a point that is off',
      20_000,
    );
    await press(target);
    const admin = await signIn(target, 'admin');
    const { items } = (await admin.get('/admin/extensions')).body;
    expect(items).toContainEqual(expect.objectContaining({ point: 'event consumer whole', state: 'off' }));
    expect((await admin.post('/admin/extensions/enable', { point: 'event consumer whole' })).status).toBe(204);
    expect((await admin.post('/admin/extensions/enable', { point: 'event consumer whole' })).status).toBe(404);
    await until(() => seen(target, 'whole'), await logged(target), 'the event');
    expect((await admin.get('/admin/audit?action=extension.enable')).body.items[0]).toMatchObject({
      target: 'extension:event consumer whole',
    });
  });
});
