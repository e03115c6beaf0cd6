import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asStation, signIn, Socket } from '../../../support/clients/client.js';
import { OWN_HOSPITAL } from '../../../support/own-hospital.js';
import { Person, readLog } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';

describe('a hospital of one’s own, made of extensions', () => {
  let wardline: TestWardline;
  let nurse: Person;
  beforeAll(async () => {
    wardline = await startTestWardline(OWN_HOSPITAL);
    nurse = await Person.come(wardline, 'icu-nurse-1');
    await nurse.startShift('icu');
  });
  afterAll(() => wardline.stop());

  const placed = async (station: string, type: string) => {
    const { status, body } = await asStation(wardline, station)('POST', '/calls', { type });
    expect(status).toBe(201);
    return body.id as string;
  };

  it('asks by its own strategy', async () => {
    const second = await Person.come(wardline, 'icu-nurse-2');
    await second.startShift('icu');
    const askedOf = async (id: string) =>
      (await wardline.database.query<{ staff_id: string }>('SELECT staff_id FROM annunciations WHERE call_id = $1', [id])).map(
        ({ staff_id }) => staff_id,
      );
    expect(await askedOf(await placed('icu-101-bed', 'patient_normal'))).toEqual([nurse.session.user.id]);
    expect(await askedOf(await placed('icu-102-bed', 'service_request'))).toEqual([nurse.session.user.id]);
  });

  it('climbs by its own policies', async () => {
    const deadlineOf = async (id: string) => {
      const [row] = await wardline.database.query<{ seconds: number }>(
        'SELECT round(extract(epoch FROM next_escalation_at - placed_at))::int AS seconds FROM calls WHERE id = $1',
        [id],
      );
      return row!.seconds;
    };
    const usual = await deadlineOf(await placed('icu-103-bed', 'device_alarm'));
    expect(await deadlineOf(await placed('icu-104-bed', 'bed_exit'))).toBe(Math.ceil(usual / 2));
  });

  it('lets in whom its own identity provider knows, over HTTP and sockets', async () => {
    expect((await nurse.session.get('/auth/session')).status).toBe(200);
    const temp = await signIn(wardline, 'icu-nurse-4');
    expect((await temp.get('/auth/session')).status).toBe(401);
    const socket = await Socket.open(wardline, temp.cookie);
    expect((await socket.untilClosed()).code).toBe(4002);
  });

  it('has its own command, once per key, whose event every reader of the department gets, and its own part of the picture', async () => {
    const frame = { id: randomUUID(), type: 'bed.clean', data: { bed_id: 'icu-101-a' } };
    for (let n = 0; n < 2; n++) expect(await nurse.socket.ask(frame)).toMatchObject({ type: 'ok', data: { bed_id: 'icu-101-a' } });
    const cleaned = (await readLog(nurse.session, 'icu')).filter(({ type }) => type === 'bed.cleaned');
    expect(cleaned).toMatchObject([{ critical: false, data: { bed_id: 'icu-101-a' } }]);
    expect(await nurse.socket.ask({ type: 'bed.clean', data: { bed_id: 'med-201-a' } })).toMatchObject({
      type: 'error',
      code: 'NOT_FOUND',
    });
    expect(await nurse.socket.ask({ type: 'bed.clean', data: { bed_id: 7 } })).toMatchObject({ type: 'error', code: 'VALIDATION_FAILED' });
    await nurse.socket.ask({ type: 'subscribe', dept: 'icu' });
    const snapshot = await nurse.socket.until((one) => one.type === 'snapshot', 'the picture');
    expect(JSON.stringify(snapshot)).toContain('"beds":["icu-101-a"');
  });
});
