import { setTimeout as sleep } from 'node:timers/promises';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../../src/cluster/memory/memory-backplane.js';
import { MemoryWorld } from '../../../../src/cluster/memory/memory-world.js';
import type { Backplane } from '../../../../src/cluster/ports/backplane.js';
import { type ConsumedEvent, EventConsumer } from '../../../../src/events/consumers/event-consumer.js';
import type { RetentionRule } from '../../../../src/events/retention/retention-rules.js';
import type { GuardedRequest } from '../../../../src/identity/access/guarded-request.js';
import { UpgradeRefusal } from '../../../../src/identity/access/upgrade-refusal.js';
import type { HealthIndicator } from '../../../../src/operations/health/health-indicators.js';
import { SystemClock } from '../../../../src/platform/common/clock.js';
import { statement } from '../../../../src/platform/database/statement.js';
import { type Transaction, Transactions } from '../../../../src/platform/database/transactions.js';
import {
  anEvent,
  backplaneContract,
  dueWorkContract,
  eventConsumerContract,
  healthIndicatorContract,
  type HealthIndicatorSubject,
  retentionRuleContract,
  upgradeGuardContract,
  type UpgradeGuardSubject,
} from '../../../../src/testing/index.js';
import { broken } from '../../../support/checks/broken-contract.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

/** A backplane in memory of which one method is another's. */
function brokenBackplane<Store extends 'servers' | 'owners' | 'rooms' | 'bus' | 'windows' | 'streams'>(
  store: Store,
  methods: Partial<Backplane[Store]>,
): Promise<string[]> {
  const newWorld = () => {
    const world = new MemoryWorld();
    return Promise.resolve((serverId: string) => {
      const backplane = new MemoryBackplane(serverId, new SystemClock(), world);
      Object.assign(backplane[store], methods);
      return Promise.resolve(backplane);
    });
  };
  return broken((it) => {
    backplaneContract(it, () => ({ newWorld }));
  });
}

describe('the contract of a backplane fails', () => {
  it('for capacity that is not kept', async () => {
    expect(await brokenBackplane('owners', { own: () => Promise.resolve() })).toContain('owners');
  });
  it('for rooms that nobody leaves', async () => {
    expect(await brokenBackplane('rooms', { leave: () => Promise.resolve(false) })).toContain('rooms');
  });
  it('for windows without an end, or without a limit', async () => {
    expect(await brokenBackplane('windows', { hit: () => Promise.resolve(0) })).toEqual(['windows']);
  });
  it('for a stream that forgets what was not acknowledged', async () => {
    expect(await brokenBackplane('streams', { isWaiting: () => Promise.resolve(false) })).toContain('streams');
  });
  it('for a bus that says nothing', async () => {
    expect(await brokenBackplane('bus', { publish: () => Promise.resolve(0) })).toEqual(['bus']);
  });
  it('for a lock that everybody gets', async () => {
    expect(await brokenBackplane('servers', { tryLock: () => Promise.resolve(() => Promise.resolve()) })).toEqual([
      'a lock has one holder at a time',
    ]);
  });
});

describe('the contract of a guard of the upgrade fails', () => {
  type Answer = (request: GuardedRequest) => unknown;
  const fromTheWard = (request: GuardedRequest): boolean => request.clientAddress === '10.0.0.1';
  const failing = (answer: Answer) => {
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        return answer(context.switchToHttp().getRequest<GuardedRequest>()) as boolean;
      }
    }
    const subject: UpgradeGuardSubject = {
      guard: new Guard(),
      passes: [{ clientAddress: '10.0.0.1' }],
      refuses: [{ clientAddress: '10.9.0.1' }],
    };
    return broken((it) => {
      upgradeGuardContract(it, () => subject);
    });
  };
  const refuse = (code: number): never => {
    throw UpgradeRefusal.close(code, 'from the ward only');
  };

  it('for no guard that keeps the promise', async () => {
    expect(await failing(fromTheWard)).toEqual([]);
    expect(await failing((request) => fromTheWard(request) || refuse(4003))).toEqual([]);
  });
  it.each<[string, string, Answer]>([
    ['lets everybody pass', 'refuses whom it should', () => true],
    ['refuses everybody', 'lets pass whom it should', () => false],
    ['answers what is no boolean', 'lets pass whom it should', () => 'yes'],
    ['refuses with a code that no server may send', 'refuses whom it should', (request) => fromTheWard(request) || refuse(1006)],
    ['trips over a header', 'refuses in words', (request) => fromTheWard(request) && JSON.parse(request.headers.cookie ?? 'true')],
  ])('for one that %s', async (_, check, answer) => {
    expect(await failing(answer)).toContain(check);
  });
  it('for one that counts where it is only asked', async () => {
    let left = 100;
    expect(await failing((request) => fromTheWard(request) && left-- > 0)).toContain('says the same when it is only asked');
  });
});

describe('the contract of a consumer of events fails', () => {
  const write = statement('test_write_consumed', 'INSERT INTO consumed (type, place) VALUES ($1, $2)');
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
    await wardline.database.query('CREATE TABLE consumed (id serial, type text, place text)');
  });
  afterAll(() => wardline.stop());

  type Handle = (tx: Transaction, event: ConsumedEvent) => Promise<unknown>;
  const keeps: Handle = (tx, { type, dept }) => tx.query(write, [type, dept]);
  const failing = (handle: Handle) => {
    class Consumer extends EventConsumer {
      readonly name = 'consumer';
      readonly types = ['call.pending', 'call.completed'];
      async handle(tx: Transaction, event: ConsumedEvent): Promise<void> {
        await handle(tx, event);
      }
    }
    const events = [anEvent('call.pending', { call: {} }), anEvent('call.completed', { call: {} }, { dept: 'med' })];
    const written = () => wardline.database.query('SELECT type, place FROM consumed ORDER BY id');
    return broken((it) => {
      eventConsumerContract(it, () => ({ consumer: new Consumer(), app: wardline.app, events, written }));
    });
  };

  it('for none that keeps the promise', async () => {
    expect(await failing(keeps)).toEqual([]);
  });
  it('for one that writes by another connection', async () => {
    const other: Handle = (_, { type }) => wardline.database.query('INSERT INTO consumed (type) VALUES ($1)', [type]);
    expect(await failing(other)).toContain('writes by the transaction that it is given');
  });
  it('for one that does not wait for its statements', async () => {
    const hasty: Handle = (tx, event) => {
      keeps(tx, event).catch(() => undefined);
      return Promise.resolve();
    };
    expect(await failing(hasty)).toContain('handles each event in time');
  });
  it('for one that cannot handle an event, and one that writes nothing', async () => {
    expect(await failing((tx, event) => (event.dept === 'med' ? Promise.reject(new Error('a defect')) : keeps(tx, event)))).toContain(
      'handles each event in time',
    );
    expect(await failing(() => Promise.resolve())).toEqual(['handles an event again of which a first try was lost']);
  });
  it('for one that changes the event', async () => {
    const changing: Handle = (tx, event) => {
      (event.data as Record<string, unknown>)['seen'] = (Number(event.data['seen']) || 0) + 1;
      return keeps(tx, event);
    };
    expect(await failing(changing)).toEqual(['leaves the event as it is']);
  });
});

describe('the contract of a health indicator fails', () => {
  const failing = (check: HealthIndicator['check'], outage?: HealthIndicatorSubject['outage']) =>
    broken((it) => {
      healthIndicatorContract(it, () => ({ indicator: { name: 'pager', check }, ...(outage && { outage }) }));
    });

  it('for none that keeps the promise', async () => {
    let isThere = true;
    const outage = {
      begin: () => Promise.resolve(void (isThere = false)),
      end: () => Promise.resolve(void (isThere = true)),
    };
    expect(await failing(() => ({ status: isThere ? 'up' : 'down', waiting: 3 }), outage)).toEqual([]);
  });
  it('for one that does not see an outage', async () => {
    const outage = { begin: () => Promise.resolve(), end: () => Promise.resolve() };
    expect(await failing(() => ({ status: 'up' }), outage)).toEqual(['is down in an outage']);
  });
  it('for one that answers no finding, and one that never answers', async () => {
    expect(await failing(() => ({ status: 'up', secret: 'x'.repeat(300) }))).toContain('is up');
    expect(await failing(() => new Promise(() => undefined))).toEqual([
      'is up',
      'can be asked by many at once',
      'settles when it is aborted',
    ]);
  });
});

describe('the contracts of due work and of a retention rule fail', () => {
  const claim = statement(
    'test_claim_due',
    'SELECT id FROM due WHERE done IS NULL AND at <= app_now() ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED',
  );
  const claimAlone = statement('test_claim_due_alone', 'SELECT id FROM due WHERE done IS NULL AND at <= app_now() ORDER BY id LIMIT 1');
  const finish = statement('test_finish_due', 'UPDATE due SET done = app_now() WHERE id = $1');
  const note = statement('test_note_done', 'INSERT INTO done (id) VALUES ($1)');
  const expire = statement(
    'test_expire_due',
    `DELETE FROM due WHERE id IN (SELECT id FROM due WHERE at < app_now() - interval '90 days' LIMIT $1) RETURNING id`,
  );
  const expireAll = statement('test_expire_all', `DELETE FROM due WHERE at < app_now() - interval '90 days' RETURNING id`);
  const expireMore = statement('test_expire_more', 'DELETE FROM due WHERE id IN (SELECT id FROM due ORDER BY at LIMIT $1) RETURNING id');
  let wardline: TestWardline;
  let transactions: Transactions;
  beforeAll(async () => {
    wardline = await startTestWardline();
    transactions = wardline.app.get(Transactions, { strict: false });
    await wardline.database.query('CREATE TABLE due (id serial, at timestamptz, done timestamptz)');
    await wardline.database.query('CREATE TABLE done (id int)');
  });
  afterAll(() => wardline.stop());

  const insert = async (ago: string): Promise<void> => {
    await wardline.database.query('INSERT INTO due (at) VALUES (app_now() - $1::interval)', [ago]);
  };
  const handling = (handleOne: () => Promise<boolean>) =>
    broken((it) => {
      dueWorkContract(it, () => ({
        work: { name: 'a-deadline', handleOne, look: { claim: { statement: claim } } },
        app: wardline.app,
        makeDue: () => insert('1 s'),
        handled: async () => (await wardline.database.query('SELECT id FROM done')).length,
      }));
    });
  const handle = (by: typeof claim, pause = 0) =>
    transactions.run(async (tx) => {
      const row = await tx.one<{ id: number }>(by);
      if (!row) return false;
      await sleep(pause);
      await tx.query(note, [row.id]);
      await tx.query(finish, [row.id]);
      return true;
    }, 'engine');

  it('for no work that keeps the promise', async () => {
    expect(await handling(() => handle(claim))).toEqual([]);
  });
  it('for work whose row two nodes take at once', async () => {
    expect(await handling(() => handle(claimAlone, 20))).toContain('handles each due row once');
  });
  it('for work that never says that nothing is due', async () => {
    expect(await handling(() => handle(claim).then(() => true))).toContain('answers false when nothing is due');
  });

  const purging = (purge: RetentionRule['purge']) =>
    broken((it) => {
      retentionRuleContract(it, () => ({
        rule: { name: 'due', purge },
        app: wardline.app,
        makeExpired: () => insert('91 days'),
        kept: () => wardline.database.query("SELECT id FROM due WHERE at > app_now() - interval '90 days' ORDER BY id"),
      }));
    });
  const removed = async (tx: Transaction, by: typeof claim, values: unknown[]) => (await tx.query(by, values)).length;

  it('for no rule that keeps the promise', async () => {
    await wardline.database.query('INSERT INTO due (at, done) VALUES (app_now(), app_now())');
    expect(await purging((tx, limit) => removed(tx, expire, [limit]))).toEqual([]);
  });
  it.each<[string, string, RetentionRule['purge']]>([
    ['removes more than it may', 'removes as many rows as it may', (tx) => removed(tx, expireAll, [])],
    ['removes too few', 'removes as many rows as it may', (tx) => removed(tx, expire, [1])],
    ['removes what must stay', 'leaves every row that is still kept', (tx, limit) => removed(tx, expireMore, [limit])],
    [
      'removes by another connection',
      'removes by the transaction that it is given',
      async (_, limit) => (await wardline.database.query(expire.text, [limit])).length,
    ],
  ])('for one that %s', async (_, check, purge) => {
    await wardline.database.query('INSERT INTO due (at, done) VALUES (app_now(), app_now())');
    expect(await purging(purge)).toContain(check);
  });
});
