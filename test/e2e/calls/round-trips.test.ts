import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asStation, type AnyFrame, type Socket } from '../../support/clients/client.js';
import { DatabaseTraffic } from '../../support/checks/database-traffic.js';
import { type Member, Ward } from '../../support/ward.js';
import { eventually } from '../../support/eventually.js';

/** By the wall clock of the bench a trip is 0.1 ms beside the database, and 1 ms a room away: what is counted here is what a hospital waits for. */
describe('what a command asks of the database', () => {
  let ward: Ward;
  let traffic: DatabaseTraffic;
  let anna: Member;
  let screen: Socket;

  beforeAll(async () => {
    traffic = DatabaseTraffic.record();
    ward = await Ward.open();
    const [nurse] = await ward.connected('icu-nurse-1');
    const [socket] = nurse?.sockets ?? [];
    if (!nurse || !socket) throw new Error('a nurse connects');
    [anna, screen] = [nurse, socket];
    await screen.ask({ type: 'subscribe', dept: 'icu' });
    await anna.startShift('icu');
    await screen.until((frame) => frame.type === 'nurse.shift_started');
  });
  afterAll(async () => {
    await ward.stop();
    vi.restoreAllMocks();
  });
  beforeEach(() => {
    // Statements of an earlier test do not count.
    traffic.take();
  });

  /** The messages of the pool of presses: the other pools have work of their own, at any time. */
  function trips(): (readonly string[])[] {
    return traffic.take('presses').map(({ statements }) => statements);
  }

  async function shown(type: string, call: AnyFrame): Promise<void> {
    await screen.until((frame) => frame.type === type && frame.data.call_id === call.id);
  }

  async function press(type: string, station = 'icu-101-bed'): Promise<AnyFrame> {
    const answer = await asStation(ward.wardline, station)('POST', '/calls', { type }, { 'idempotency-key': crypto.randomUUID() });
    expect(answer.status).toBe(201);
    return answer.body;
  }

  it('a call, from the press to its end, four trips for each step', async () => {
    const call = await press('patient_normal');
    expect(call.recipients).toMatchObject([{ staff_id: anna.id }]);
    expect(trips()).toEqual([
      ['find_stations_by_keys'],
      ['begin', 'claim_key', 'find_call_to_repeat'],
      ['insert_call', 'ask_next_in_queue'],
      ['keep_answer', 'append_events', 'commit'],
    ]);
    await anna.does('accept', call);
    expect(trips()).toEqual([
      ['find_sessions'],
      ['begin', 'claim_key', 'lock_call', 'call_standing'],
      ['accept_call', 'view_call'],
      ['keep_answer', 'append_events', 'commit'],
    ]);
    await anna.does('arrive', call);
    expect(trips()).toEqual([
      ['find_sessions'],
      ['begin', 'claim_key', 'lock_call', 'call_standing'],
      ['arrive_at_call', 'view_call'],
      ['keep_answer', 'append_events', 'commit'],
    ]);
    await anna.does('complete', call);
    expect(trips()).toEqual([
      ['find_sessions'],
      ['begin', 'claim_key', 'lock_closing_call', 'call_standing'],
      ['complete_call', 'view_call', 'release_superseded_calls'],
      ['keep_answer', 'append_events', 'commit'],
    ]);
  });

  it('a screen of the node is shown what the commit answered: the log is not read for it', async () => {
    await ward.settle();
    traffic.take();
    const call = await press('service_request');
    await shown('call.assigned', call);
    await anna.does('accept', call);
    await shown('call.accepted', call);
    const reads = traffic.take('poller').flatMap(({ statements }) => statements.filter((name) => name === 'read_events'));
    expect(reads).toEqual([]);
    const log = await ward.wardline.database.query('SELECT seq::int AS seq, id FROM events WHERE call_id = $1 ORDER BY seq', [call.id]);
    expect(screen.events('icu').filter((frame) => frame.data.call_id === call.id)).toMatchObject(log);
  });

  it('an urgent call that stops the clock of a lesser one, and both end', async () => {
    await press('patient_normal', 'icu-102-bed');
    trips();
    const call = await press('code_blue', 'icu-102-bed');
    expect(trips()).toEqual([
      ['find_stations_by_keys'],
      ['begin', 'claim_key', 'find_call_to_repeat'],
      ['insert_call', 'supersede_calls', 'lock_queue', 'add_broadcast', 'view_call'],
      ['keep_answer', 'append_events', 'commit'],
    ]);
    const answer = await asStation(ward.wardline, 'icu-102-bed')('POST', `/calls/${call.id as string}/cancel`, {});
    expect(answer.status).toBe(200);
    expect(trips()).toEqual([
      ['find_stations_by_keys'],
      ['begin', 'lock_closing_call'],
      ['cancel_call', 'view_call', 'release_superseded_calls'],
      ['append_events', 'commit'],
    ]);
  });

  it('a press that repeats', async () => {
    const call = await press('service_request', 'icu-103-bed');
    trips();
    const again = await asStation(ward.wardline, 'icu-103-bed')('POST', '/calls', { type: 'service_request' });
    expect(again.body).toMatchObject({ id: call.id, repeats: 1 });
    expect(trips()).toEqual([
      ['find_stations_by_keys'],
      ['begin', 'find_call_to_repeat'],
      ['repeat_call', 'view_call'],
      ['append_events', 'commit'],
    ]);
  });

  it('the same key again, and what comes of a refusal', async () => {
    const key = { 'idempotency-key': crypto.randomUUID() };
    const send = () => asStation(ward.wardline, 'icu-104-bed')('POST', '/calls', { type: 'patient_normal' }, key);
    const first = await send();
    trips();
    expect((await send()).body).toEqual(first.body);
    expect(trips()).toEqual([['find_stations_by_keys'], ['begin', 'claim_key', 'find_call_to_repeat'], ['read_key'], ['commit']]);
  });

  it('a level that a call climbs, four trips', async () => {
    await ward.empty();
    await ward.onDuty('icu', 'icu-nurse-1', 'icu-nurse-2');
    const call = await press('patient_normal');
    traffic.take();
    await ward.at(call, 90);
    await ward.untilLevel(call, 1);
    const sent = traffic.take('engine');
    const climb = sent.find(({ statements }) => statements.includes('climb_call'));
    const ours = sent.filter(({ connection }) => connection === climb?.connection).map(({ statements }) => statements);
    const end = ours.findIndex((statements) => statements.includes('climb_call')) + 2;
    expect(
      ours.slice(
        ours.slice(0, end).findLastIndex(([, claim]) => claim === 'claim_due_calls'),
        end,
      ),
    ).toEqual([['begin', 'claim_due_calls'], ['take_turn'], ['climb_call'], ['append_events', 'commit']]);
  });

  it('an idle node asks for less than ten statements a second', async () => {
    const looks = () => traffic.statements().filter((name) => name === 'look_for_due_work').length;
    // Work that the tests before have left is done first.
    await eventually(() => Promise.resolve(looks() > 2 ? true : undefined), 'three looks');
    traffic.take();
    const startedAt = performance.now();
    await eventually(() => Promise.resolve(looks() > 4 ? true : undefined), 'five looks');
    const seconds = (performance.now() - startedAt) / 1000;
    const asked = traffic.take().flatMap(({ statements }) => statements);
    expect(asked.length / seconds, JSON.stringify(asked)).toBeLessThanOrEqual(10);
  });
});
