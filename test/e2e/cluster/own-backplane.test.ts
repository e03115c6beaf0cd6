import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../src/cluster/memory/memory-backplane.js';
import type { Backplane } from '../../../src/cluster/ports/backplane.js';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { ExtensionGuard } from '../../../src/platform/extensions/extension-guard.js';
import { RealtimeHub } from '../../../src/rooms/realtime-hub.service.js';
import { asStation, request, signIn } from '../../support/clients/client.js';
import { FAULT_NAMES, faulty, now } from '../../support/faults/faults.js';
import { faultTable } from '../../support/faults/fault-table.js';
import { closeAllCalls, Person } from '../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

/** Nobody but this backplane counts so many. */
const OWN_COUNT = 4242;
const LATE_MS = 2300;

/** A store of the backplane that has the fault of the moment in every method. */
function faultyStore<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, name) {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function' || name === 'listen') return method;
      const good = (...parameters: unknown[]): unknown => (name === 'count' ? OWN_COUNT : Reflect.apply(method, target, parameters));
      return (...parameters: unknown[]) => faulty({ good: () => good(...parameters), lateMs: LATE_MS });
    },
  });
}

class FaultyBackplane extends MemoryBackplane {
  constructor() {
    super('own', new SystemClock());
    for (const name of ['servers', 'owners', 'rooms', 'bus', 'windows', 'streams'] as const)
      Object.assign(this, { [name]: faultyStore(this[name]) });
  }

  override start(): Promise<void> {
    return faulty({ good: () => super.start() });
  }
}

let wardline: TestWardline;
let other: Person;

beforeAll(async () => {
  // Its start fails: the node starts all the same.
  now.fault = 'rejects';
  wardline = await startTestWardline({
    backplane: { useFactory: (): Backplane => new FaultyBackplane() },
    env: { SERVER_STALE_SEC: '86400', RECEIPT_SEC: '0', ESCALATION_L1_SEC: '10' },
  });
  now.fault = undefined;
  wardline.app.get(ExtensionGuard)['points'].clear();
  other = await Person.come(wardline, 'icu-nurse-1');
  await other.socket.ask({ type: 'subscribe', dept: 'icu' });
  await other.startShift('icu');
});
afterAll(async () => {
  now.fault = undefined;
  await wardline.stop();
});

const { backplane = {} } = faultTable();

describe.each(FAULT_NAMES)('a backplane of the hospital’s own: %s', (fault) => {
  it('presses, screens, new sockets and escalation do not depend on it', async () => {
    wardline.app.get(ExtensionGuard)['points'].clear();
    // A second try begins as the first one did.
    await closeAllCalls(await signIn(wardline, 'admin'));
    now.fault = fault;
    try {
      const { status, body } = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      expect(status).toBe(201);
      const onScreen = (type: string) => (frame: { type: string; data?: { call_id?: string } }) =>
        frame.type === type && frame.data?.call_id === body.id;
      await other.socket.until(onScreen('call.pending'));
      const comer = await Person.come(wardline, 'icu-nurse-2');
      expect(await comer.socket.ask({ type: 'subscribe', dept: 'icu' })).toMatchObject({ type: 'ok' });
      comer.socket.close();
      const counted = await wardline.app.get(RealtimeHub, { strict: false }).onlineCount();
      expect(counted === OWN_COUNT ? 'shared' : 'own state').toBe(backplane[fault]);
      expect((await request(wardline, 'GET', '/readyz')).status).toBe(200);
      await wardline.database.moveClock(11);
      await other.socket.until(onScreen('call.escalated'));
      for (const command of ['arrive', 'complete'] as const)
        expect(await other.insist('WebSocket', command, body.id as string)).toMatchObject({ ok: true });
    } finally {
      now.fault = undefined;
    }
  });
});
