import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Notification, Notifier } from '../../../../src/ward/notifications/notifier.js';
import { asStation, type Session, signIn } from '../../../support/clients/client.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const RUNS = 12;
const LONGEST_HISTORY = 25;
/** A lease, and the longest pause after a failure. */
const FORGET_SEC = 300;

type Fault = 'before' | 'after' | 'death';

/**
 * A receiver with a device for each call and person. It fails at random, before or after it has taken a message; or it takes it, and the node
 * dies before it could write that down: its lease has to end.
 */
class RandomPager extends Notifier {
  readonly name = 'pager';
  readonly ringing = new Set<string>();
  /** The outcomes of the next messages, one after another; then all are taken. */
  faults: (Fault | undefined)[] = [];

  async notify({ type, call_id, staff_id }: Notification): Promise<void> {
    const fault = this.faults.shift();
    if (fault === 'before') throw new Error('not taken');
    if (type === 'withdrawn') this.ringing.delete(`${call_id}/${staff_id}`);
    else this.ringing.add(`${call_id}/${staff_id}`);
    if (fault === 'after') throw new Error('taken, and then lost');
    if (fault === 'death') await new Promise(() => undefined);
  }
}

const NURSES = ['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'];
const PRESSES = [
  ['icu-101-bed', 'patient_normal'],
  ['icu-102-bed', 'patient_normal'],
  ['icu-103-bed', 'code_blue'],
] as const;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('press' as const), place: fc.nat(PRESSES.length - 1) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      command: fc.constantFrom('accept', 'decline', 'arrive', 'complete', 'cancel'),
      nurse: fc.nat(NURSES.length - 1),
      call: fc.nat(10),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('present' as const), place: fc.nat(PRESSES.length - 1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(1, 61, 91, 181, 301) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('shift' as const), nurse: fc.nat(NURSES.length - 1), on: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** The clock moves by days: sessions live longer. */
const ENV = { SERVER_STALE_SEC: '86400', CLIENT_RATE_LIMIT: '0', SESSION_IDLE_SEC: '8640000', SESSION_ABSOLUTE_SEC: '8640000' };
const pager = new RandomPager();
const notifiers = [{ provide: Notifier, useFactory: () => pager }];
let wardline: TestWardline;
let other: TestWardline;
let admin: Session;
let nurses: Session[];

beforeAll(async () => {
  wardline = await startTestWardline({ notifiers, env: ENV });
  other = await startTestWardline({ notifiers, env: ENV, sharedWith: wardline });
  admin = await signIn(wardline, 'admin');
  nurses = await Promise.all(NURSES.map((name) => signIn(wardline, name)));
});
afterAll(async () => {
  await other.stop();
  await wardline.stop();
});

async function take(one: Step): Promise<void> {
  switch (one.do) {
    case 'press': {
      const [station, type] = PRESSES[one.place]!;
      await asStation(wardline, station)('POST', '/calls', { type });
      return;
    }
    case 'present': {
      const station = PRESSES[one.place]![0];
      const [call] = (await asStation(wardline, station)('GET', '/calls')).body.items as { id: string }[];
      if (call) await asStation(wardline, station)('POST', `/calls/${call.id}/presence`);
      return;
    }
    case 'command': {
      const open = (await admin.get('/calls?state=open')).body.items as { id: string }[];
      const call = open[one.call % Math.max(1, open.length)];
      if (call) await nurses[one.nurse]!.post(`/calls/${call.id}/${one.command}`, {});
      return;
    }
    case 'shift':
      if (one.on) await nurses[one.nurse]!.post('/departments/icu/shifts');
      else await nurses[one.nurse]!.send('DELETE', '/departments/icu/shifts/mine', undefined, { 'idempotency-key': randomUUID() });
      return;
    case 'wait':
      await wardline.database.moveClock(one.seconds);
      return;
    case 'restart':
      await other.stop();
      other = await startTestWardline({ notifiers, env: ENV, sharedWith: wardline });
  }
}

interface Ward {
  /** The people whose askings are in force and not accepted: the devices that should ring. */
  asked: string[];
  due: number;
  later: number;
}

async function look(): Promise<Ward> {
  const [row] = await wardline.database.query<{ ward: Ward }>(
    `SELECT json_build_object(
       'asked', (SELECT coalesce(json_agg(a.call_id || '/' || a.staff_id ORDER BY a.call_id, a.staff_id), '[]') FROM annunciations a JOIN calls c ON c.id = a.call_id
         WHERE c.state IN ('pending', 'accepted', 'in_progress') AND a.withdrawn_at IS NULL AND a.accepted_at IS NULL),
       'due', (SELECT count(*) FROM notifications WHERE due_at <= app_now()),
       'later', (SELECT count(*) FROM notifications WHERE due_at > app_now())) AS ward`,
  );
  return row!.ward;
}

/** Waits until the outbox is empty, and nothing changed while the devices were looked at. */
async function atRest(): Promise<{ ringing: string[]; asked: string[] }> {
  return eventually(
    async () => {
      const before = await look();
      const ringing = [...pager.ringing].sort();
      // Leases of nodes that died end, and so do the pauses after failures.
      if (before.due === 0 && before.later > 0) await wardline.database.moveClock(FORGET_SEC);
      if (before.due + before.later > 0) return undefined;
      const after = await look();
      if (after.due + after.later > 0 || after.asked.join() !== before.asked.join()) return undefined;
      return { ringing, asked: after.asked.sort() };
    },
    'an empty outbox',
    60_000,
  );
}

it('after any history, with a receiver that fails at random and nodes that die, the devices that ring are those of the people asked', async () => {
  const fault = fc.constantFrom<Fault | undefined>(undefined, undefined, 'before', 'before', 'after', 'after', 'death');
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 3, maxLength: LONGEST_HISTORY }),
      fc.array(fault, { maxLength: 40 }),
      async (history, faults) => {
        pager.faults = [...faults];
        for (const one of history) await take(one);
        pager.faults = [];
        const { ringing, asked } = await atRest();
        expect(ringing).toEqual(asked);
        await closeAllCalls(admin);
        expect((await atRest()).ringing).toEqual([]);
      },
    ),
    { numRuns: RUNS, endOnFailure: true },
  );
});
