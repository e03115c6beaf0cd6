import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../src/cluster/memory/memory-backplane.js';
import { MemoryWorld } from '../../../src/cluster/memory/memory-world.js';
import type { Backplane } from '../../../src/cluster/ports/backplane.js';
import { type ConsumedEvent, EventConsumer } from '../../../src/events/consumers/event-consumer.js';
import type { GuardedRequest } from '../../../src/identity/access/guarded-request.js';
import { UpgradeRefusal } from '../../../src/identity/access/upgrade-refusal.js';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { statement } from '../../../src/platform/database/statement.js';
import type { Transaction } from '../../../src/platform/database/transactions.js';
import {
  anEvent,
  backplaneContract,
  eventConsumerContract,
  type It,
  upgradeGuardContract,
  type UpgradeGuardSubject,
} from '../../../src/testing/index.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** The checks of a contract that the subject does not pass. */
async function broken(contract: (it: It) => void): Promise<string[]> {
  const checks: [string, () => Promise<void>][] = [];
  contract((name, run) => checks.push([name, run]));
  const failed: string[] = [];
  for (const [name, run] of checks)
    await run().catch(() => {
      failed.push(name.split(/[:,]/)[0] ?? name);
    });
  return failed;
}

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
