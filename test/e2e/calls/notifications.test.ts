import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Annunciation, Notifier } from '../../../src/ward/notifications/notifier.js';
import { WebhookNotifier } from '../../../src/ward/notifications/webhook-notifier.js';
import { DueWorkScheduler } from '../../../src/platform/scheduling/due-work-scheduler.js';
import { asStation, request, type Session, signIn } from '../../support/client.js';
import { anAnnunciation, notifierContract, type NotifierSubject } from '../../support/notifier.contract.js';
import { closeAllCalls, eventually, Person } from '../../support/person.js';
import { Receiver } from '../../support/receiver.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

const SECRET = 'a secret that both sides know';
const LEASE_SEC = 60;

describe('WebhookNotifier keeps the promise of Notifier', () => {
  let subject: NotifierSubject;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.open();
    const accepted: Annunciation[] = [];
    subject = {
      notifier: new WebhookNotifier({ url: receiver.url, secret: SECRET, timeoutMs: 500 }),
      received: () => accepted,
      receiver: (behaviour) => {
        receiver.behaviour = ({ body }) => {
          if (behaviour === 'accept') accepted.push(body as Annunciation);
          return { accept: 204, refuse: 503, hang: 'silence' as const }[behaviour];
        };
      },
    };
  });
  afterAll(() => receiver.close());

  notifierContract(() => subject);

  it('signs time and body with the secret', async () => {
    subject.receiver('accept');
    const annunciation = anAnnunciation();
    await subject.notifier.notify(annunciation);
    const { method, path, headers, text, body } = receiver.requests.at(-1)!;
    expect({ method, path, type: headers['content-type'] }).toEqual({ method: 'POST', path: '/calls', type: 'application/json' });
    expect(body).toEqual(annunciation);
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-wardline-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${text}`).digest('hex'));
    expect(Math.abs(Date.now() / 1000 - Number(t))).toBeLessThan(5);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    receiver.behaviour = () => status;
    const before = receiver.requests.length;
    await expect(subject.notifier.notify(anAnnunciation())).rejects.toMatchObject({ name: 'WebhookRefused', status });
    expect(receiver.requests.length).toBe(before + 1);
  });

  it.each([
    ['http://pager.example/calls'],
    ['http://127.0.0.1.example/calls'],
    ['http://localhost.example/'],
    ['https://user:password@pager.example/'],
    ['ftp://127.0.0.1/'],
    ['pager'],
  ])('refuses to be made for %s', (url) => {
    expect(() => new WebhookNotifier({ url, secret: SECRET })).toThrow(/url/);
  });

  it('is made for https, and for loopback without; not with a short secret, which the error does not repeat', () => {
    for (const url of ['https://pager.example/calls', 'http://localhost:8080/', 'http://127.0.0.2/', 'http://[::1]:9/']) {
      expect(new WebhookNotifier({ url, secret: SECRET }).name).toBe('webhook');
    }
    expect(() => new WebhookNotifier({ url: 'https://pager.example/', secret: 'short' })).toThrow(/^(?!.*short)[^]*secret/);
    expect(() => new WebhookNotifier({ url: 'https://pager.example/', secret: SECRET, name: 'Not a name' })).toThrow(/name/);
  });
});

/** Hands on, and then does not come back: as a node that dies before it has written that down. */
class DyingNotifier extends WebhookNotifier {
  dying = true;

  override async notify(annunciation: Annunciation): Promise<void> {
    await super.notify(annunciation);
    if (this.dying) await new Promise(() => undefined);
  }
}

describe('annunciations are told', () => {
  let receiver: Receiver;
  let wardline: TestWardline;
  let other: TestWardline;
  let admin: Session;
  let nurse: Person;
  let notifier: DyingNotifier;

  const press = async (station = 'icu-101-bed', type = 'patient_normal') => {
    const answer = await asStation(wardline, station)('POST', '/calls', { type });
    expect(answer.status).toBe(201);
    return { id: answer.body.id as string };
  };
  const waiting = () => wardline.database.query('SELECT FROM notifications');
  const untilEmpty = () => eventually(async () => ((await waiting()).length === 0 ? true : undefined), 'all told');
  const idsInDatabase = async () =>
    (await wardline.database.query<{ id: string }>(`SELECT call_id || ':' || staff_id AS id FROM annunciations`)).map(({ id }) => id);

  beforeAll(async () => {
    receiver = await Receiver.open();
    notifier = new DyingNotifier({ url: receiver.url, secret: SECRET, timeoutMs: 10_000 });
    notifier.dying = false;
    const provider = { provide: Notifier, useFactory: () => notifier };
    wardline = await startTestWardline({ notifier: provider });
    other = await startTestWardline({ sharedWith: wardline, notifier: provider });
    admin = await signIn(wardline, 'admin');
    nurse = await Person.come(wardline, 'icu-nurse-1');
    await nurse.startShift('icu');
  });
  afterAll(async () => {
    await other.stop();
    await wardline.stop();
    await receiver.close();
  });
  beforeEach(async () => {
    receiver.behaviour = () => 204;
    await closeAllCalls(admin);
    await untilEmpty();
    receiver.requests.length = 0;
  });

  it('each once and whole, after the commit, without a name', async () => {
    const { id } = await press();
    await eventually(() => receiver.requests[0], 'a webhook');
    await untilEmpty();
    expect(receiver.requests).toHaveLength(1);
    const { body, text } = receiver.requests[0]!;
    const { recipients } = await nurse.call(id);
    expect(body).toEqual({
      id: `${id}:${nurse.id}`,
      call_id: id,
      dept: 'icu',
      room_id: 'icu-101',
      call_type: 'patient_normal',
      priority: 0,
      level: 0,
      staff_id: nurse.id,
      queued_at: recipients[0].since,
    });
    expect(text).not.toContain(nurse.session.user.name);
  });

  it('of everybody whom a broadcast asks, by one of two nodes', async () => {
    await press('icu-102-bed', 'code_blue');
    await sleep(1000);
    await untilEmpty();
    const asked = (await idsInDatabase()).filter((id) => id.startsWith(receiver.requests[0]!.body.call_id as string));
    expect(asked.length).toBeGreaterThan(1);
    expect([...receiver.ids].sort()).toEqual(asked.sort());
  });

  it('while a slow receiver delays no call, holds no transaction and does not make the node look stuck', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<number>((resolve) => {
      answer = () => {
        resolve(204);
      };
    });
    receiver.behaviour = () => asked;
    // Nobody is answered before all four were pressed and told.
    for (const station of ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed']) await press(station);
    await eventually(() => (receiver.requests.length === 4 ? true : undefined), 'all are told beside each other');
    await eventually(async () => {
      const held = await wardline.database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
           AND xact_start < clock_timestamp() - interval '200 ms'`,
      );
      const stuck = [wardline, other].flatMap((node) => node.app.get(DueWorkScheduler).silentFor(2000));
      return held.length + stuck.length === 0 || undefined;
    }, 'no transaction held, no loop stuck');
    answer();
    await untilEmpty();
    expect(receiver.requests).toHaveLength(4);
  });

  it('nothing of what was rolled back, and nothing of a decliner who was never asked', async () => {
    const { id } = await press();
    await untilEmpty();
    const { user: stranger } = await signIn(wardline, 'icu-nurse-2');
    const client = new pg.Client({ connectionString: wardline.database.url });
    await client.connect();
    const insert = `INSERT INTO annunciations (call_id, staff_id, role, queued_at, reason, declined_at)
      SELECT $1, $2, 'nurse', app_now(), 'queue', CASE WHEN $3 THEN app_now() END`;
    await client.query('BEGIN');
    await client.query(insert, [id, stranger.id, false]);
    expect((await client.query('SELECT 1 FROM notifications')).rowCount).toBe(1);
    await sleep(600);
    await client.query('ROLLBACK');
    await client.query(insert, [id, stranger.id, true]);
    await client.end();
    await sleep(600);
    expect(receiver.ids).toEqual([`${id}:${nurse.id}`]);
  });

  it('again, later and later, until the receiver takes it', async () => {
    let refusals = 2;
    receiver.behaviour = () => (refusals-- > 0 ? 503 : 204);
    await press();
    await eventually(() => receiver.requests[0], 'the first try');
    await untilEmpty();
    expect(receiver.requests).toHaveLength(3);
    expect(new Set(receiver.ids).size).toBe(1);
    const counted = /wardline_notifications_total\{notifier="webhook",result="delivered"\} [1-9]/;
    // Either node may have told; the one whose metrics can be seen here does sooner or later what it was itself asked for.
    let metrics = '';
    for (let tries = 0; tries < 20 && !counted.test(metrics); tries++) {
      await closeAllCalls(admin);
      await asStation(other, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
      await untilEmpty();
      metrics = (await request(other, 'GET', '/metrics')).body as string;
    }
    expect(metrics).toMatch(counted);
  });

  it('again when the node dies between the delivery and writing it down', async () => {
    notifier.dying = true;
    await press();
    await closeAllCalls(admin);
    await eventually(() => receiver.requests[0], 'the first delivery');
    await sleep(1000);
    expect(receiver.requests).toHaveLength(1);
    notifier.dying = false;
    await wardline.database.moveClock(LEASE_SEC);
    await eventually(() => receiver.requests[1], 'the second delivery');
    await untilEmpty();
    expect(receiver.ids[1]).toBe(receiver.ids[0]);
  });

  it('no more after the tenth try, which the log tells', async () => {
    receiver.behaviour = () => 500;
    const { id } = await press();
    // An open call would climb meanwhile. That it is closed changes nothing for who was asked.
    await closeAllCalls(admin);
    for (let tries = 1; tries <= 10; tries++) {
      await eventually(() => (receiver.requests.length >= tries ? true : undefined), `try ${String(tries)}`);
      expect(receiver.requests).toHaveLength(tries);
      await sleep(50);
      // The pause before the next is 2^(tries − 1) s: half of it is too early.
      if (tries >= 3 && tries < 10) {
        await wardline.database.moveClock(2 ** (tries - 2));
        await sleep(400);
        expect(receiver.requests).toHaveLength(tries);
      }
      await wardline.database.moveClock(2 ** (tries - 1));
    }
    await untilEmpty();
    const logged = [...wardline.log, ...other.log].filter((line) => line.includes('notification.given_up'));
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0]!)).toMatchObject({ notifier: 'webhook', call_id: id, staff_id: nurse.id, tries: 10 });
    expect([...wardline.log, ...other.log].some((line) => line.includes(SECRET) || line.includes(receiver.url))).toBe(false);
  });
});

describe('without a notifier', () => {
  it('nothing is queued; and what another release has subscribed ends 24 h after its last node', async () => {
    const wardline = await startTestWardline();
    try {
      const waiting = () => wardline.database.query('SELECT notifier FROM notifications');
      await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      expect((await wardline.database.query('SELECT 1 FROM annunciations')).length).toBeGreaterThan(0);
      expect(await waiting()).toEqual([]);

      await wardline.database.query(`INSERT INTO notifier_subscriptions (name) VALUES ('pager')`);
      await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
      const queued = await waiting();
      expect(queued.length).toBeGreaterThan(0);
      const { NotifierSubscriptions } = await import('../../../src/ward/notifications/notifier-subscriptions.js');
      const upkeep = wardline.app.get(NotifierSubscriptions);
      await upkeep.run();
      expect(await waiting()).toHaveLength(queued.length);
      await wardline.database.moveClock(24 * 3600 + 1);
      await upkeep.run();
      expect(await waiting()).toEqual([]);
      expect(wardline.log.filter((line) => /notifier\.unsubscribed|notifications\.dropped/.test(line))).toHaveLength(2);
    } finally {
      await wardline.stop();
    }
  });
});
