import https from 'node:https';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AnyFrame, asStation } from '../../../support/clients/client.js';
import { type Member, Ward } from '../../../support/ward.js';
import { eventually } from '../../../support/eventually.js';

let ward: Ward;

beforeAll(async () => {
  ward = await Ward.open();
});
afterAll(() => ward.stop());
beforeEach(() => ward.empty());

/** The askings of a person, oldest first. */
async function askings(call: AnyFrame, person: Member): Promise<AnyFrame[]> {
  return ((await ward.call(call)).annunciations as AnyFrame[]).filter((one) => one.staff_id === person.id);
}

const last = async (call: AnyFrame, person: Member): Promise<AnyFrame> => (await askings(call, person)).at(-1);

function untilSet(call: AnyFrame, person: Member, field: string): Promise<AnyFrame> {
  return eventually(async () => {
    const one = await last(call, person);
    return one?.[field] === null || one === undefined ? undefined : one;
  }, `${field} of ${person.name}`);
}

async function asking(call: AnyFrame, type: string): Promise<AnyFrame> {
  return (await ward.story(call)).find((event) => event.type === type);
}

const recipient = (call: AnyFrame, person: Member): AnyFrame => (call.recipients as AnyFrame[]).find((one) => one.staff_id === person.id);

describe('sent is written down on every path', () => {
  it('live, to a socket', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    await anna!.sockets[0]!.ask({ type: 'subscribe', dept: 'icu' });
    const call = await ward.press();
    const sent = await untilSet(call, anna!, 'sent_at');
    expect(sent.received_at).toBeNull();
  });

  it('by replay on resume', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const before = await ward.head();
    const call = await ward.press();
    expect((await last(call, anna!)).sent_at).toBeNull();
    await anna!.sockets[0]!.ask({ type: 'subscribe', dept: 'icu', after: before });
    await untilSet(call, anna!, 'sent_at');
  });

  it('in a snapshot, over a socket and over HTTP', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const calls = [await ward.press(), await ward.press()];
    for (const [n, call] of calls.entries()) expect((await last(call, [anna!, ben!][n]!)).sent_at).toBeNull();
    await anna!.sockets[0]!.ask({ type: 'subscribe', dept: 'icu' });
    await untilSet(calls[0], anna!, 'sent_at');
    expect((await ben!.session.get('/departments/icu/snapshot')).status).toBe(200);
    await untilSet(calls[1], ben!, 'sent_at');
  });

  it('by an event stream, live and by replay', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const before = await ward.head();
    const earlier = await ward.press();
    const { url, ca } = ward.wardline;
    const path = `${url}/api/v1/departments/icu/events/stream?after=${String(before)}`;
    const stream = https.get(path, { ca, agent: false, headers: { cookie: anna!.session.cookie } }, (response) => response.resume());
    stream.on('error', () => undefined);
    try {
      await untilSet(earlier, anna!, 'sent_at');
      await untilSet(await ward.press(), anna!, 'sent_at');
    } finally {
      stream.destroy();
    }
  });

  it('by a long poll, and received by its next after, not before', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const poll = anna!.session.get(`/departments/icu/events?after=${String(await ward.head())}&wait=20`);
    const call = await ward.press();
    const asks = (event: AnyFrame) => event.data.call_id === call.id && event.type === 'call.pending';
    let items = (await poll).body.items as AnyFrame[];
    // The first poll may have ended with news of a moment before the press.
    if (!items.some(asks))
      items = (await anna!.session.get(`/departments/icu/events?after=${String(items.at(-1)!.seq)}&wait=20`)).body.items;
    const sent = await untilSet(call, anna!, 'sent_at');
    expect(sent.received_at).toBeNull();
    const upTo = items.find(asks)!.seq as number;
    await anna!.session.get(`/departments/icu/events?after=${String(upTo)}`);
    const received = await untilSet(call, anna!, 'received_at');
    expect(Date.parse(received.received_at)).toBeGreaterThanOrEqual(Date.parse(received.sent_at));
  });
});

describe('received is a receipt of the event that asked, or of a later one', () => {
  /** A later receipt that is written down proves that an earlier one was handled. */
  const acknowledge = async (person: Member, seq: number) => {
    expect((await person.session.post('/departments/icu/acks', { seq })).status).toBe(204);
  };

  it('of an earlier one never, over any transport', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const first = await ward.press();
    const second = await ward.press();
    const seqs = [(await asking(first, 'call.pending')).seq as number, (await asking(second, 'call.pending')).seq as number];
    await acknowledge(anna!, seqs[1]! - 1);
    await untilSet(first, anna!, 'received_at');
    expect((await last(second, anna!)).received_at).toBeNull();
    anna!.sockets[0]!.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq: seqs[1] }));
    await untilSet(second, anna!, 'received_at');
  });

  it('not when the person was asked after it: at level 1 an acknowledgement of the press says nothing', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press();
    const pressed = (await asking(call, 'call.pending')).seq as number;
    await ward.at(call, 91);
    await ward.untilLevel(call, 1);
    await acknowledge(ben!, pressed);
    await acknowledge(anna!, pressed);
    await untilSet(call, anna!, 'received_at');
    expect((await last(call, ben!)).received_at).toBeNull();
    await acknowledge(ben!, (await asking(call, 'call.escalated')).seq as number);
    await untilSet(call, ben!, 'received_at');
  });

  it('not one that the log does not have yet', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const calls = [await ward.press(), await ward.press()];
    await acknowledge(anna!, (await ward.head()) + 1000);
    await acknowledge(ben!, await ward.head());
    await untilSet(calls[1], ben!, 'received_at');
    expect((await last(calls[0], anna!)).received_at).toBeNull();
  });

  it('a real one right behind one that the log does not have yet', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    for (const seq of [1e9, await ward.head()]) anna!.sockets[0]!.ws.send(JSON.stringify({ type: 'ack', dept: 'icu', seq }));
    await untilSet(call, anna!, 'received_at');
  });

  it('any command of the person on the call, a refused one too', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1');
    const call = await ward.press();
    expect((await anna!.command('complete', call)).code).toBe('CALL_STATE_CONFLICT');
    await untilSet(call, anna!, 'received_at');
    expect((await ward.call(call)).annunciated_at).not.toBeNull();
  });

  it('is asked for only of departments that one belongs to, and takes a whole number', async () => {
    const stranger = await ward.member('med-nurse-1');
    expect((await stranger.session.post('/departments/icu/acks', { seq: 1 })).status).toBe(404);
    const anna = await ward.member('icu-nurse-1');
    for (const body of [{}, { seq: -1 }, { seq: 1.5 }, { seq: '1' }, { seq: 1, more: 1 }])
      expect((await anna.session.post('/departments/icu/acks', body)).status).toBe(400);
  });
});

describe('withdrawn', () => {
  it('from the others when one accepts, from all when the call closes', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press();
    await ward.at(call, 91);
    await ward.untilLevel(call, 1);
    const accepted = await ben!.does('accept', call);
    expect(recipient(accepted, anna!).withdrawn_at).not.toBeNull();
    expect(recipient(accepted, ben!).withdrawn_at).toBeNull();
    expect(await last(call, anna!)).toMatchObject({ withdrawn_reason: 'accepted_by_another', accepted_at: null });
    expect((await last(call, ben!)).accepted_at).not.toBeNull();
    await ben!.does('arrive', call);
    const closed = await ben!.does('complete', call);
    for (const person of [anna!, ben!]) expect(recipient(closed, person).withdrawn_at).not.toBeNull();
    expect(await last(call, ben!)).toMatchObject({ withdrawn_reason: 'closed' });
    expect(await last(call, anna!)).toMatchObject({ withdrawn_reason: 'accepted_by_another' });
  });

  /** The events of the call that say that it was withdrawn, and of whom. */
  const withdrawals = async (call: AnyFrame) =>
    (await ward.story(call))
      .filter(({ type }) => type === 'call.withdrawn')
      .map(({ data }) => ({
        reason: data.reason,
        staff_ids: data.staff_ids,
        at: recipient(data.call, { id: data.staff_ids[0] } as Member).withdrawn_at,
      }));

  it('of a rank 2 call from the person whose accept came second, in an event: other devices of theirs stop', async () => {
    const [anna, ben, cleo] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3');
    const call = await ward.pressAt('icu-101-bed', 'code_blue');
    await anna!.does('accept', call);
    for (let tries = 0; tries < 2; tries++)
      expect(await ben!.command('accept', call)).toMatchObject({ ok: false, code: 'CALL_ALREADY_ACCEPTED' });
    expect(await withdrawals(call)).toEqual([{ reason: 'accepted_by_another', staff_ids: [ben!.id], at: expect.any(String) }]);
    expect(recipient(await ward.call(call), cleo!).withdrawn_at).toBeNull();
  });

  it('of a broadcast from a person whose shift ends while others are left, in an event', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press('bath_emergency');
    for (const person of [anna!, ben!]) expect(recipient(call, person).withdrawn_at).toBeNull();
    await ben!.endShift('icu');
    expect(await withdrawals(call)).toEqual([{ reason: 'shift_ended', staff_ids: [ben!.id], at: expect.any(String) }]);
    expect((await ward.call(call)).state).toBe('pending');
  });

  it('of a rank 2 call from nobody when one accepts, from the others when presence is shown', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.pressAt('icu-101-bed', 'code_blue');
    const accepted = await anna!.does('accept', call);
    expect(recipient(accepted, ben!).withdrawn_at).toBeNull();
    const shown = await asStation(ward.wardline, 'icu-101-bed')('POST', `/calls/${call.id as string}/presence`);
    expect(shown.status).toBe(200);
    expect(recipient(shown.body, ben!).withdrawn_at).not.toBeNull();
  });

  it('from a person who declines, with its reason', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press();
    const declined = await anna!.does('decline', call);
    expect(recipient(declined, anna!).withdrawn_at).not.toBeNull();
    expect(recipient(declined, ben!).withdrawn_at).toBeNull();
    expect(await last(call, anna!)).toMatchObject({ withdrawn_reason: 'stepped_back' });
  });

  it('a decline bars asking the person again, except by the failsafe: another asking, the decline stays on record', async () => {
    const [anna] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press();
    await anna!.does('decline', call);
    await ward.at(call, 301);
    const top = await ward.untilLevel(call, 3);
    expect(recipient(top, anna!).withdrawn_at).not.toBeNull();
    await ward.at(call, 361);
    await ward.until(call, (now) => recipient(now, anna!).withdrawn_at === null, 'asked by the failsafe');
    const [first, second] = await askings(call, anna!);
    expect(first).toMatchObject({ withdrawn_reason: 'stepped_back' });
    expect(first.declined_at).not.toBeNull();
    expect(second).toMatchObject({ declined_at: null, withdrawn_at: null });
  });

  it('a call that comes back asks its people once more: one row for each asking, receipts of the first count for the first', async () => {
    const [anna, ben] = await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await ward.press();
    await ward.at(call, 91);
    await ward.untilLevel(call, 1);
    await ben!.does('accept', call);
    const seq = await ward.head();
    // Receipts are written down in turn: with this one, that of ben's command is, too, and none is left to be dated by the moved clock.
    await anna!.session.post('/departments/icu/acks', { seq });
    await untilSet(call, anna!, 'received_at');
    await ward.move(181);
    const back = await ward.until(call, (now) => now.state === 'pending', 'pending again');
    for (const person of [anna!, ben!]) expect(recipient(back, person).withdrawn_at).toBeNull();
    const [first, second] = await askings(call, ben!);
    expect(first).toMatchObject({ withdrawn_reason: 'reopened' });
    expect(first.accepted_at).not.toBeNull();
    expect(second).toMatchObject({ received_at: null, accepted_at: null, withdrawn_at: null });
    expect(await askings(call, anna!)).toMatchObject([{ withdrawn_reason: 'accepted_by_another' }, { withdrawn_at: null }]);
    await anna!.session.post('/departments/icu/acks', { seq });
    await ben!.session.post('/departments/icu/acks', { seq: await ward.head() });
    await untilSet(call, ben!, 'received_at');
    expect((await last(call, anna!)).received_at).toBeNull();
  });
});
