import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Random } from '../../../../tools/simulate/plan/random.js';
import { seededRandom } from '../../../../tools/simulate/plan/random.js';
import type { AnyFrame } from '../../../support/clients/client.js';
import { Following } from '../../../support/clients/following.js';
import { type Member, Ward } from '../../../support/ward.js';
import { eventually } from '../../../support/eventually.js';

const SEED = Number(process.env['CLIENT_PICTURE_SEED'] ?? 14);
const STEPS = 120;
const EACH = 10;
const TYPES = ['patient_normal', 'service_request', 'code_blue', 'bath_emergency'] as const;

let ward: Ward;
let people: Member[];
let random: Random;

beforeAll(async () => {
  ward = await Ward.open({ MAX_CONNECTIONS_PER_SESSION: '50' });
  people = await ward.connected('icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3');
  random = seededRandom(SEED);
});
afterAll(() => ward.stop());

const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

async function openCall(): Promise<AnyFrame> {
  const { status, body } = await ward.admin.get('/calls?state=open&dept=icu&limit=200');
  expect(status).toBe(200);
  return oneOf(body.items as AnyFrame[]);
}

/** The happenings of a ward. A refusal is as good as a success: the log shows which it was. */
const HAPPENINGS: readonly [string, () => Promise<unknown>][] = [
  ['press', () => ward.press(oneOf(TYPES)).catch(() => undefined)],
  ['accept', async () => command('accept')],
  ['accept', async () => command('accept')],
  ['arrive', async () => command('arrive')],
  ['complete', async () => command('complete')],
  ['decline', async () => command('decline')],
  ['cancel', async () => ward.admin.post(`/calls/${String((await openCall())?.id)}/cancel`, { reason: 'a history' })],
  ['start', () => oneOf(people).session.post('/departments/icu/shifts')],
  ['start', () => oneOf(people).session.post('/departments/icu/shifts')],
  ['end', () => oneOf(people).session.send('DELETE', '/departments/icu/shifts/mine?confirm=true')],
  ['pause', () => oneOf(people).session.post('/departments/icu/shifts/mine/pause', { confirm: true })],
  ['resume', () => oneOf(people).session.post('/departments/icu/shifts/mine/resume')],
  ['exclude', exclude],
  ['restore', restore],
  ['rename', () => ward.admin.send('PATCH', `/admin/staff/${oneOf(people).id}`, { name: `Nurse ${String(Math.floor(random() * 1000))}` })],
  ['time', () => ward.move(oneOf([5, 30, 90]))],
];

async function command(verb: 'accept' | 'arrive' | 'complete' | 'decline'): Promise<unknown> {
  const call = await openCall();
  const holder = people.find(({ id }) => id === call?.accepted_by);
  return call && (holder ?? oneOf(people)).command(verb, call);
}

async function exclude(): Promise<unknown> {
  const [row] = await ward.wardline.database.query<{ until: Date }>(`SELECT app_now() + interval '40 seconds' AS until`);
  return ward.admin.post('/departments/icu/exclusions', { staff_id: oneOf(people).id, until: row?.until, reason: 'training' });
}

async function restore(): Promise<unknown> {
  const { items } = (await ward.admin.get('/departments/icu/exclusions')).body as { items: AnyFrame[] };
  return items[0] && ward.admin.send('DELETE', `/departments/icu/exclusions/${items[0].id as string}`);
}

describe('the picture that a client builds from events', () => {
  it('equals a fresh snapshot at the same seq, key by key, through a history of the ward', async () => {
    const follower = await Following.open(ward.wardline, 'icu');
    const began = follower.seq;
    const happened: string[] = [];
    const onlooker = ward.wardline.firstRun.staff.find(({ username }) => username === 'icu-nurse-4');
    if (!onlooker) throw new Error('nobody looks on');
    let compared = 0;
    for (let step = 1; step <= STEPS; step++) {
      const [name, happens] = oneOf(HAPPENINGS);
      const answer = (await happens()) as { status?: number } | undefined;
      happened.push(`${name} ${String(answer?.status ?? '')}`);
      if (step % EACH) continue;
      // A person's sign-ins end the oldest session of theirs: not the one of the follower.
      const fresh = await Following.open(ward.wardline, 'icu', { person: onlooker });
      const { seq, calls, staff } = fresh.department.getSnapshot();
      fresh.close();
      const built = await eventually(() => (follower.seq >= seq ? follower.pictures.get(seq) : undefined), `event ${String(seq)}`);
      expect(built.staff, `seed ${String(SEED)} after ${happened.join(', ')}`).toEqual(staff);
      expect(built.calls, `seed ${String(SEED)} after ${happened.join(', ')}`).toEqual(calls);
      compared += 1;
    }
    expect(compared).toBe(STEPS / EACH);
    expect(follower.client.proof('icu')).toEqual({
      ...{ events: follower.seq - began, snapshots: 1, skippedFetched: 0, gaps: 0, duplicatesDropped: 0 },
    });
    const types = new Set(follower.events.map(({ type }) => type));
    for (const type of ['nurse.shift_started', 'nurse.shift_ended', 'nurse.changed', 'call.pending', 'call.accepted', 'call.cancelled'])
      expect(types).toContain(type);
    follower.close();
  });
});
