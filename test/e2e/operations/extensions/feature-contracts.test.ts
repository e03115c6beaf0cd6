import { Module, UseFilters } from '@nestjs/common';
import { WebSocketGateway } from '@nestjs/websockets';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import {
  actorOf,
  Caller,
  CommandErrorFilter,
  commandFrame,
  defineHospital,
  DepartmentSnapshots,
  EventLog,
  Frame,
  IdempotentCommands,
  newId,
  OnFrame,
  RequireCapability,
  type StaffPrincipal,
  statement,
  Transactions,
} from '../../../../src/index.js';
import {
  frameContract,
  snapshotPartContract,
  startTestWardline,
  type TestPerson,
  type TestWardline,
} from '../../../../src/testing/index.js';
import { broken } from '../../../support/checks/broken-contract.js';

const write = statement('test_write_order', 'INSERT INTO orders (id, dept, place) VALUES ($1, $2, $3)');
const frame = commandFrame(z.strictObject({ place: z.string().max(20) }));
type OrderFrame = z.infer<typeof frame>;
const anyFrame = commandFrame(z.record(z.string(), z.unknown()));

/** One frame that keeps the promise, and others that each break it once. */
@WebSocketGateway()
@UseFilters(CommandErrorFilter)
class OrdersGateway {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly transactions: Transactions,
  ) {}

  @RequireCapability('order-house.order')
  @OnFrame('order-house.order', frame)
  order(@Frame() { id, data }: OrderFrame, @Caller() staff: StaffPrincipal): Promise<object> {
    return this.commands.run(actorOf(staff), id, { type: 'order-house.order', ...data }, async (tx) => {
      await tx.query(write, [newId(), 'icu', data.place]);
      return { place: data.place };
    });
  }

  @RequireCapability('order-house.order')
  @OnFrame('order-house.again', frame)
  async again(@Frame() { data }: OrderFrame): Promise<object> {
    await this.transactions.run((tx) => tx.query(write, [newId(), 'icu', data.place]));
    return { place: data.place };
  }

  @RequireCapability('order-house.order')
  @OnFrame('order-house.loose', anyFrame)
  loose(@Frame() { id, data }: z.infer<typeof anyFrame>, @Caller() staff: StaffPrincipal): Promise<object> {
    return this.order({ id, type: 'order-house.order', data: { place: JSON.stringify(data) } }, staff);
  }

  @OnFrame('order-house.open', frame)
  open(@Frame() order: OrderFrame, @Caller() staff: StaffPrincipal): Promise<object> {
    return this.order(order, staff);
  }

  @RequireCapability('order-house.order')
  @OnFrame('order-house.broken', frame)
  broken(): never {
    throw new Error('a defect');
  }
}

@Module({ providers: [OrdersGateway] })
class OrdersModule {}

const hospital = defineHospital({
  name: 'order-house',
  compatibility: '>=0.2.0',
  roles: [
    { id: 'clerk', capabilities: ['order-house.order'], labels: { en: 'Clerk' } },
    { id: 'visitor', capabilities: [], labels: { en: 'Visitor' } },
  ],
  modules: [OrdersModule],
});

let wardline: TestWardline;
beforeAll(async () => {
  wardline = await startTestWardline(hospital, { databaseUrl: inject('adminUrl') });
  await wardline.query('CREATE TABLE orders (id uuid PRIMARY KEY, dept text, place text, at timestamptz DEFAULT now())');
});
afterAll(() => wardline.stop());

describe('the contract of a frame fails', () => {
  let sender: TestPerson;
  let stranger: TestPerson;
  let places = 0;
  beforeAll(async () => {
    sender = await wardline.ward.newcomer('clerk', 'icu');
    stranger = await wardline.ward.newcomer('visitor', 'icu');
  });
  const failing = (type: string) =>
    broken((check) => {
      frameContract(check, () => ({
        type,
        sender,
        stranger,
        data: () => ({ place: `place ${String(places++)}` }),
        wrong: [{}, { place: 7 }, { place: 'here', note: 'for the lady by the window' }],
        written: () => wardline.query('SELECT id FROM orders ORDER BY id'),
      }));
    });

  it('for none that keeps the promise', async () => {
    expect(await failing('order-house.order')).toEqual([]);
  });
  it.each([
    ['does its work again', 'again', ['does its work once for an id', 'refuses an id that came with other data']],
    ['takes any data', 'loose', ['refuses wrong data by its schema']],
    ['is open to everybody', 'open', ['refuses a person who may not send it']],
  ])('for one that %s', async (_, name, checks) => {
    expect(await failing(`order-house.${name}`)).toEqual(checks);
  });
  it('for one with a defect', async () => {
    expect(await failing('order-house.broken')).toContain('answers a person who may send it');
  });
});

describe('the contract of a part of the snapshot fails', () => {
  const count = (where: string) => `SELECT to_json(count(*)) FROM orders WHERE ${where}`;
  async function order(dept: string, withEvent: boolean): Promise<void> {
    await wardline.app.get(Transactions, { strict: false }).run(async (tx) => {
      await tx.query(write, [newId(), dept, 'here']);
      const log = wardline.app.get(EventLog, { strict: false });
      if (withEvent) log.append(tx, { dept, type: 'directory.changed', data: { changed: ['rooms'] }, actorId: 'system' });
    });
  }
  const failing = (part: string, query: string, change = () => order('icu', true)) => {
    wardline.app.get(DepartmentSnapshots, { strict: false }).contribute(part, query);
    return broken((check) => {
      snapshotPartContract(check, () => ({ part, app: wardline.app, dept: 'icu', other: 'med', change }));
    });
  };
  const CHANGES = 'changes with an event';

  it('for none that keeps the promise', async () => {
    expect(await failing('orders', count('dept = $1'))).toEqual([]);
  });
  it('for one that shows what is another department’s', async () => {
    expect(await failing('all_orders', count('$1::text IS NOT NULL'))).toEqual([CHANGES]);
  });
  it('for one that changes without an event, and one that does not change', async () => {
    expect(await failing('silent_orders', count('dept = $1'), () => order('icu', false))).toEqual([CHANGES]);
    expect(await failing('no_orders', count('dept = $1 AND false'))).toEqual([CHANGES]);
  });
  it('for one that shows the time', async () => {
    expect(await failing('clock', 'SELECT to_json(clock_timestamp()) WHERE $1::text IS NOT NULL')).toContain(
      'shows the same while nothing changes',
    );
  });
  it('for one that fails', async () => {
    const fails = 'SELECT to_json(1 / (count(*) - count(*))) FROM orders WHERE dept = $1';
    expect(await failing('broken_orders', fails)).toEqual([
      'is in the picture of each department',
      'shows the same while nothing changes',
      CHANGES,
    ]);
  });
});
