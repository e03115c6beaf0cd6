import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asStation, type Answer, type Session, signIn } from '../../support/clients/client.js';
import { EventWaiter } from '../../../src/events/delivery/event-waiter.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

let wardline: TestWardline;
let anna: Session;
let admin: Session;
let call: string;

beforeAll(async () => {
  wardline = await startTestWardline();
  [anna, admin] = (await Promise.all(['icu-nurse-1', 'admin'].map((name) => signIn(wardline, name)))) as [Session, Session];
  await anna.post('/departments/icu/shifts');
});
afterAll(() => wardline.stop());
beforeEach(async () => {
  call = (await station('POST', '/calls', { type: 'patient_normal' })).body.id as string;
});
afterEach(() => closeAllCalls(admin));

function station(method: string, path: string, body?: unknown): Promise<Answer> {
  return asStation(wardline, 'icu-101-bed')(method, path, body);
}

const states = ({ body }: Answer): string[] => (body.items as { state: string }[]).map(({ state }) => state);
const now = async () => states(await station('GET', '/calls'));
/** Longer than a test may take: what comes sooner came because of something. */
const waiting = async () => states(await station('GET', '/calls?wait=25'));

describe("a station's reassurance light", () => {
  it('changes as soon as somebody takes the call on, comes, and is done', async () => {
    expect(await now()).toEqual(['pending']);
    for (const [command, shown] of [
      ['accept', ['accepted']],
      ['arrive', ['in_progress']],
      ['complete', []],
    ] as const) {
      const light = waiting();
      await anna.post(`/calls/${call}/${command}`, {});
      expect(await light).toEqual(shown);
    }
  });

  it('shows at once what has changed since the station asked last', async () => {
    expect(await now()).toEqual(['pending']);
    await anna.post(`/calls/${call}/accept`, {});
    expect(await waiting()).toEqual(['accepted']);
    await anna.post(`/calls/${call}/arrive`, {});
    expect(await waiting()).toEqual(['in_progress']);
  });

  it('waits behind what the station itself has done, which it was answered', async () => {
    await now();
    await station('POST', `/calls/${call}/presence`, {});
    expect(states(await station('GET', '/calls?wait=1'))).toEqual(['in_progress']);
    const next = waiting();
    await anna.post(`/calls/${call}/complete`, {});
    expect(await next).toEqual([]);
  });

  it('answers what is so when nothing has changed for so long', async () => {
    await now();
    expect(states(await station('GET', '/calls?wait=1'))).toEqual(['pending']);
  });

  it('goes out for who waits under a key that is the station’s no more', async () => {
    const made = await admin.post('/admin/stations', { id: 'icu-103-spare', room_id: 'icu-103', kind: 'bedside' });
    const spare = { id: 'icu-103-spare', key: made.body.key as string };
    const target = {
      ...wardline,
      firstRun: { ...wardline.firstRun, stations: [{ ...spare, dept: 'icu', room_id: 'icu-103', kind: 'bedside' as const }] },
    };
    const light = asStation(target, spare.id)('GET', '/calls?wait=25');
    await eventually(() => (wardline.app.get(EventWaiter, { strict: false }).size > 0 ? true : undefined), 'the wait');
    expect((await admin.post(`/admin/stations/${spare.id}/rotate`)).status).toBeLessThan(300);
    expect((await light).status).toBe(401);
  });
});
