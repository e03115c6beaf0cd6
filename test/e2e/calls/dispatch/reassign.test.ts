import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyFrame, asStation, type Session, signIn, Socket } from '../../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

describe('a manager gives a call to a nurse', () => {
  let wardline: TestWardline;
  let [anna, ben, manager]: Session[] = [];
  let sockets: Socket[];
  let room = 100;

  const press = async (type = 'patient_normal'): Promise<AnyFrame> =>
    (await asStation(wardline, `icu-${String(++room)}-bed`)('POST', '/calls', { type })).body;
  const reassign = (by: Session, call: AnyFrame, to: Session) =>
    by.post(`/calls/${String(call.id)}/reassign`, { staff_id: to.user.id, reason: 'closer' });
  const other = (call: AnyFrame): Session => (call.recipients[0].staff_id === anna?.user.id ? ben! : anna!);
  const asked = (call: AnyFrame): Session => (call.recipients[0].staff_id === anna?.user.id ? anna! : ben!);

  beforeAll(async () => {
    wardline = await startTestWardline();
    [anna, ben, manager] = await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'icu-manager'].map((name) => signIn(wardline, name)));
    sockets = await Promise.all([anna!, ben!].map(({ cookie }) => Socket.open(wardline, cookie)));
    for (const socket of sockets) {
      expect((await socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
      expect((await socket.ask({ type: 'shift.start', data: { dept: 'icu' } })).type).toBe('ok');
    }
  });
  afterAll(() => wardline.stop());

  it('pending: the nurse is asked as well, and everybody learns of it', async () => {
    const call = await press();
    const chosen = other(call);
    const answer = await reassign(manager!, call, chosen);
    expect(answer).toMatchObject({ status: 200, body: { state: 'pending', version: 1 } });
    expect(answer.body.recipients.map((one: AnyFrame) => one.staff_id)).toEqual([asked(call).user.id, chosen.user.id]);
    const event = await sockets[0]!.until(
      (frame) => frame.type === 'call.pending' && frame.data.call_id === call.id && frame.data.reason === 'reassigned',
    );
    expect(JSON.stringify(event)).not.toContain('closer');
  });

  it('accepted: pending again for the nurse', async () => {
    const call = await press();
    expect((await asked(call).post(`/calls/${String(call.id)}/accept`)).status).toBe(200);
    expect((await reassign(manager!, call, other(call))).body).toMatchObject({ state: 'pending', accepted_by: null });
    const { annunciations } = (await manager!.get(`/calls/${String(call.id)}`)).body;
    const former = annunciations.filter((one: AnyFrame) => one.staff_id === asked(call).user.id).at(-1);
    // They are not asked any more. They have not declined, so the call may come to them again.
    expect(former).toMatchObject({ declined_at: null, withdrawn_reason: 'stepped_back' });
    expect((await other(call).post(`/calls/${String(call.id)}/decline`)).status).toBe(200);
    const again = (await manager!.get(`/calls/${String(call.id)}`)).body;
    expect(again.recipients.filter((one: AnyFrame) => one.withdrawn_at === null)).toMatchObject([{ staff_id: asked(call).user.id }]);
  });

  it('declined: the code and the words are in the record, the words for managers alone, and in no event', async () => {
    const call: AnyFrame = (await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'service_request' })).body;
    const first = asked(call);
    const words = 'I am with the doctor in 12';
    expect((await first.post(`/calls/${String(call.id)}/decline`, { code: 'busy', reason: words })).status).toBe(200);
    const recordFor = async (who: Session) => (await who.get(`/calls/${String(call.id)}`)).body;
    const declined = ({ annunciations }: AnyFrame) => annunciations.find((one: AnyFrame) => one.declined_at !== null);
    expect(declined(await recordFor(manager!))).toMatchObject({ decline_code: 'busy', decline_reason: words });
    expect(declined(await recordFor(ben!))).toMatchObject({ decline_code: 'busy', decline_reason: null });
    expect(JSON.stringify((await recordFor(manager!)).history)).not.toContain(words);
    // The earlier asking keeps them when the person is asked once more.
    expect((await reassign(manager!, call, first)).status).toBe(200);
    const { annunciations } = await recordFor(manager!);
    expect(annunciations.filter((one: AnyFrame) => one.staff_id === first.user.id)).toMatchObject([
      { decline_code: 'busy', decline_reason: words, withdrawn_reason: 'stepped_back' },
      { decline_code: null, decline_reason: null, declined_at: null },
    ]);
  });

  it('in progress: handed over as it is; the one who had it may end the shift, the other completes', async () => {
    const call = await press();
    const [first, second] = [asked(call), other(call)];
    expect((await first.post(`/calls/${String(call.id)}/arrive`)).status).toBe(200);
    expect((await first.send('DELETE', '/departments/icu/shifts/mine')).body.error.code).toBe('SHIFT_HAS_CALLS');
    expect((await reassign(manager!, call, second)).body).toMatchObject({ state: 'in_progress', accepted_by: second.user.id });
    expect((await first.send('DELETE', '/departments/icu/shifts/mine?confirm=true')).status).toBe(200);
    expect((await second.post(`/calls/${String(call.id)}/complete`)).body).toMatchObject({ state: 'completed' });
    expect((await first.post('/departments/icu/shifts')).status).toBe(201);
  });

  it('handed over, presence is the other’s too: cancelling is theirs, and no more of who had arrived', async () => {
    const call = await press('bed_exit');
    const [first, second] = [asked(call), other(call)];
    expect((await first.post(`/calls/${String(call.id)}/arrive`)).status).toBe(200);
    expect((await reassign(manager!, call, second)).status).toBe(200);
    expect((await first.post(`/calls/${String(call.id)}/cancel`)).status).toBe(403);
    expect((await second.post(`/calls/${String(call.id)}/cancel`)).body).toMatchObject({ state: 'cancelled' });
  });

  it('given to who has declined: they are asked again, and may decline again', async () => {
    const call = await press();
    const first = asked(call);
    expect((await first.post(`/calls/${String(call.id)}/decline`)).status).toBe(200);
    expect((await first.post(`/calls/${String(call.id)}/decline`)).status).toBe(403);
    expect((await reassign(manager!, call, first)).status).toBe(200);
    expect((await first.post(`/calls/${String(call.id)}/decline`)).status).toBe(200);
  });

  it('pending on the chosen nurse, it is handed on when their shift ends', async () => {
    const call = await press();
    const [first, chosen] = [asked(call), other(call)];
    expect((await first.post(`/calls/${String(call.id)}/decline`)).status).toBe(200);
    expect((await reassign(manager!, call, chosen)).status).toBe(200);
    expect((await chosen.send('DELETE', '/departments/icu/shifts/mine?confirm=true')).status).toBe(200);
    const history = (await manager!.get(`/calls/${String(call.id)}`)).body.history as AnyFrame[];
    expect(history.filter((event) => event.data.reason === 'shift_ended')).toMatchObject([{ type: 'call.pending' }]);
    expect((await chosen.post('/departments/icu/shifts')).status).toBe(201);
  });

  it('a remote cancel is audited with its reason, which no event holds', async () => {
    const call = await press('device_alarm');
    expect((await manager!.post(`/calls/${String(call.id)}/cancel`, { reason: 'cable pulled by the cleaner' })).status).toBe(200);
    expect(
      await wardline.database.query("SELECT actor, detail FROM audit WHERE action = 'call.remote_cancel' AND target = $1", [
        `call:${String(call.id)}`,
      ]),
    ).toEqual([
      { actor: `staff:${manager!.user.id}`, detail: { dept: 'icu', type: 'device_alarm', reason: 'cable pulled by the cleaner' } },
    ]);
    expect(JSON.stringify((await manager!.get(`/calls/${String(call.id)}`)).body)).not.toContain('cleaner');
  });

  it('is a manager’s: nurses get 403; of another department 404; to somebody off duty 400; of a closed call 409; audited', async () => {
    const call = await press();
    const [stranger, offDuty] = [await signIn(wardline, 'med-manager'), await signIn(wardline, 'icu-nurse-6')];
    expect((await reassign(anna!, call, ben!)).status).toBe(403);
    expect((await reassign(stranger, call, ben!)).status).toBe(404);
    expect((await reassign(manager!, call, offDuty)).status).toBe(400);
    await manager!.post(`/calls/${String(call.id)}/cancel`, { reason: 'a test' });
    expect((await reassign(manager!, call, ben!)).body.error).toMatchObject({
      code: 'CALL_CLOSED',
      details: { call: { state: 'cancelled' } },
    });
    expect(await wardline.database.query("SELECT count(*)::int AS count FROM audit WHERE action = 'call.reassign'")).toEqual([
      { count: 7 },
    ]);
  });
});
