import { deepEqual, equal, match, notDeepEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { INestApplication } from '@nestjs/common';
import { type ConsumedEvent, CONSUMER_NAME, type EventConsumer } from '../../events/consumers/event-consumer.js';
import { within } from '../../platform/common/within.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { It } from './support/test-runner.js';
import { transactionsOf, tryOnly } from './support/tried-transaction.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface EventConsumerSubject {
  consumer: EventConsumer;
  /** The application of a hospital with the tables that the consumer writes: `wardline.app`. */
  app: INestApplication;
  /** Events of its types, in the order of the log. Together they make it write something. */
  events: readonly ConsumedEvent[];
  /** Everything that the consumer writes, as it is committed now. It can be compared: rows in an order. */
  written: () => Promise<unknown>;
}

/** Wardline waits so long for one event. */
const LIMIT_MS = 2500;

let seq = 0;

/** An event as a consumer gets it. */
export function anEvent(type: string, data: Record<string, unknown>, more: Partial<ConsumedEvent> = {}): ConsumedEvent {
  return { dept: 'icu', seq: ++seq, id: randomUUID(), type, time: '2026-11-22T03:00:00.000Z', data, trace: null, ...more };
}

/** The transaction, which counts the statements that nobody has waited for. */
function watched(tx: Transaction): { tx: Transaction; unsettled: () => number } {
  let open = 0;
  const counted = <T>(answer: Promise<T>): Promise<T> => {
    open++;
    const settled = () => {
      open--;
    };
    answer.then(settled, settled);
    return answer;
  };
  const watching = new Proxy(tx, {
    get(target, property) {
      if (property === 'query' || property === 'one')
        return (...[statement, values]: Parameters<Transaction['query']>) => counted(target[property](statement, values));
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return { tx: watching, unsettled: () => open };
}

/** The promise of `EventConsumer`; call it inside a `describe`. The last check writes. */
export function eventConsumerContract(it: It, subject: () => EventConsumerSubject): void {
  const handle = (tx: Transaction, event: ConsumedEvent): Promise<void> =>
    within(subject().consumer.handle(tx, event), LIMIT_MS, () => new Error(`it took more than ${String(LIMIT_MS)} ms for a ${event.type}`));
  const trying = (work: (tx: Transaction) => Promise<void>) => tryOnly(subject().app, work);

  it('has a name that stays, and names the types of its events', async () => {
    const { consumer, events } = subject();
    match(consumer.name, CONSUMER_NAME);
    await Promise.resolve();
    equal(consumer.name, subject().consumer.name);
    ok(consumer.types.length > 0, 'it names no type');
    ok(events.length > 0, 'the subject names no event');
    for (const { type } of events) ok(consumer.types.includes(type), `it does not name ${type}`);
  });

  it('handles each event in time, and waits for each of its statements', async () => {
    for (const event of subject().events)
      await trying(async (tx) => {
        const { tx: watching, unsettled } = watched(tx);
        await handle(watching, event);
        equal(unsettled(), 0, `a statement for ${event.type} was still under way when it said that it was done`);
      });
  });

  it('writes by the transaction that it is given: nothing of a try that is rolled back is kept', async () => {
    const { events, written } = subject();
    const before = await written();
    await trying(async (tx) => {
      for (const event of events) await handle(tx, event);
    });
    deepEqual(await written(), before);
  });

  it('leaves the event as it is', async () => {
    for (const event of subject().events) {
      const before = structuredClone(event);
      await trying((tx) => handle(tx, event));
      deepEqual(event, before);
    }
  });

  it('handles an event again of which a first try was lost, and writes then', async () => {
    const { events, written } = subject();
    const before = await written();
    for (const event of events) {
      await trying((tx) => handle(tx, event));
      await transactionsOf(subject().app).run((tx) => handle(tx, event));
    }
    notDeepEqual(await written(), before, 'the events of the subject made it write nothing');
  });
}
