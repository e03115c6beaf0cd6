import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, signIn, Socket } from '../../support/clients/client.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

describe('from a press to a completed call', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it('reaches the nurse, is accepted, attended and completed; a second nurse sees each step; a third one resumes', async () => {
    const [anna, ben, cleo] = await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'icu-nurse-3'].map((name) => signIn(wardline, name)));
    if (!anna || !ben || !cleo) throw new Error('three nurses sign in');
    const [annaSocket, benSocket, cleoSocket] = await Promise.all([anna, ben, cleo].map(({ cookie }) => Socket.open(wardline, cookie)));
    if (!annaSocket || !benSocket || !cleoSocket) throw new Error('three nurses connect');
    for (const socket of [annaSocket, benSocket, cleoSocket])
      expect((await socket.ask({ type: 'subscribe', dept: 'icu' })).type).toBe('ok');
    expect((await annaSocket.ask({ type: 'shift.start', data: { dept: 'icu' } })).type).toBe('ok');
    const started = await cleoSocket.until((frame) => frame.type === 'nurse.shift_started');
    cleoSocket.close();

    const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    expect(press.status).toBe(201);
    const pending = await annaSocket.until((frame) => frame.type === 'call.pending');
    expect(pending).toMatchObject({
      dept: 'icu',
      seq: started.seq + 1,
      critical: true,
      data: { call_id: press.body.id, call: { state: 'pending' } },
    });
    for (const [command, state] of [
      ['call.accept', 'accepted'],
      ['call.arrive', 'in_progress'],
      ['call.complete', 'completed'],
    ]) {
      const answer = await annaSocket.ask({ type: command, data: { call_id: press.body.id } });
      expect(answer).toMatchObject({ type: 'ok', data: { state } });
    }
    await benSocket.until((frame) => frame.type === 'call.completed');
    const missed = benSocket.events('icu').filter((event) => event.seq > started.seq);
    const steps = missed.filter((event) => event.type !== 'call.assigned');
    expect(steps.map((event) => event.type)).toEqual(['call.pending', 'call.accepted', 'call.in_progress', 'call.completed']);

    const again = await Socket.open(wardline, cleo.cookie);
    const answer = await again.ask({ type: 'subscribe', dept: 'icu', after: started.seq });
    expect(answer.data).toMatchObject({ recovered: true, from: started.seq + 1, head: missed.at(-1).seq });
    await again.until((frame) => frame.type === 'call.completed');
    expect(again.events('icu')).toEqual(missed);
  });
});
