import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Notification, Notifier } from '../../../../src/ward/notifications/notifier.js';
import { WebhookNotifier } from '../../../../src/ward/notifications/webhook-notifier.js';
import { DueWorkScheduler } from '../../../../src/platform/scheduling/due-work-scheduler.js';
import { asStation, request, type Session, signIn } from '../../../support/clients/client.js';
import { aNotification, notifierContract, type NotifierSubject } from '../../../../src/testing/contracts/notifier.contract.js';
import { closeAllCalls, Person } from '../../../support/clients/person.js';
import { Receiver } from '../../../support/clients/receiver.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { eventually } from '../../../support/eventually.js';

const SECRET = 'a secret that both sides know';
const LEASE_SEC = 60;

describe('WebhookNotifier keeps the promise of Notifier', () => {
  let subject: NotifierSubject;
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.open();
    const accepted: Notification[] = [];
    subject = {
      notifier: new WebhookNotifier({ url: receiver.url, secret: SECRET, timeoutMs: 500 }),
      received: () => accepted,
      receiver: (behaviour) => {
        receiver.behaviour = ({ body }) => {
          if (behaviour === 'accept') accepted.push(body as Notification);
          return { accept: 204, refuse: 503, hang: 'silence' as const }[behaviour];
        };
      },
    };
  });
  afterAll(() => receiver.close());

  notifierContract(it, () => subject);

  it('signs time and body with the secret', async () => {
    subject.receiver('accept');
    const notification = aNotification();
    await subject.notifier.notify(notification, new AbortController().signal);
    const { method, path, headers, text, body } = receiver.requests.at(-1)!;
    expect({ method, path, type: headers['content-type'] }).toEqual({ method: 'POST', path: '/calls', type: 'application/json' });
    expect(body).toEqual(notification);
    const [, t = '', v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-wardline-signature'])) ?? [];
    expect(v1).toBe(createHmac('sha256', SECRET).update(`${t}.${text}`).digest('hex'));
    const timestamp = String(headers['webhook-timestamp']);
    expect(headers['webhook-id']).toBe(notification.id);
    const standard = createHmac('sha256', SECRET).update(`${notification.id}.${timestamp}.${text}`).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${standard}`);
    expect(Math.abs(Date.now() / 1000 - Number(t))).toBeLessThan(5);
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    receiver.behaviour = () => status;
    const before = receiver.requests.length;
    await expect(subject.notifier.notify(aNotification(), new AbortController().signal)).rejects.toMatchObject({
      name: 'WebhookRefused',
      status,
    });
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

  override async notify(notification: Notification, signal?: AbortSignal): Promise<string> {
    // Decided before the receiver can have it: the test sees the request before this node sees the answer.
    const { dying } = this;
    const answer = await super.notify(notification, signal);
    if (dying) await new Promise(() => undefined);
    return answer;
  }
}

/** Answers as the test sets it, and keeps its messages. */
class ScriptedNotifier extends Notifier {
  readonly told: Notification[] = [];
  answer: (notification: Notification, signal: AbortSignal) => Promise<string | undefined> = () => Promise.resolve(undefined);

  constructor(readonly name: string) {
    super();
  }

  async notify(notification: Notification, signal: AbortSignal): Promise<string | undefined> {
    this.told.push(notification);
    return this.answer(notification, signal);
  }
}

describe('other systems are told', () => {
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
  const untilEmpty = () =>
    eventually(async () => {
      const waiting = await wardline.database.query('SELECT FROM notifications WHERE due_at IS NOT NULL');
      return waiting.length === 0 ? true : undefined;
    }, 'all told');
  const types = () => receiver.requests.map(({ body }) => body.type as string);
  const until = (count: number, what: string) => eventually(() => (receiver.requests.length >= count ? true : undefined), what);

  beforeAll(async () => {
    receiver = await Receiver.open();
    notifier = new DyingNotifier({ url: receiver.url, secret: SECRET, timeoutMs: 10_000 });
    notifier.dying = false;
    const provider = { provide: Notifier, useFactory: () => notifier };
    wardline = await startTestWardline({ notifiers: [provider], env: { SERVER_STALE_SEC: '86400' } });
    other = await startTestWardline({ sharedWith: wardline, notifiers: [provider], env: { SERVER_STALE_SEC: '86400' } });
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

  it('each once and whole, after the commit, without a name; and it was sent', async () => {
    const { id } = await press();
    await until(1, 'a webhook');
    await untilEmpty();
    expect(receiver.requests).toHaveLength(1);
    const { body, text } = receiver.requests[0]!;
    const { recipients, annunciations, notifications } = await nurse.call(id);
    expect(body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      sequence: expect.any(Number) as number,
      type: 'told',
      call_id: id,
      dept: 'icu',
      room_id: 'icu-101',
      bed_id: 'icu-101-a',
      call_type: 'patient_normal',
      priority: 0,
      level: 0,
      staff_id: nurse.id,
      queued_at: recipients[0].since,
    });
    expect(text).not.toContain(nurse.session.user.name);
    expect(annunciations[0].sent_at).not.toBeNull();
    const tried = { notifier: 'webhook', staff_id: nurse.id, id: body.id, type: 'told', try: 1, result: 'delivered', answer: '204' };
    expect(notifications).toMatchObject([tried]);
  });

  it('of everybody whom a broadcast asks, by one of two nodes', async () => {
    const { id } = await press('icu-102-bed', 'code_blue');
    await untilEmpty();
    const asked = await wardline.database.query<{ staff_id: string }>('SELECT staff_id FROM annunciations WHERE call_id = $1', [id]);
    expect(asked.length).toBeGreaterThan(1);
    expect(receiver.requests.map(({ body }) => body.staff_id as string).sort()).toEqual(asked.map(({ staff_id }) => staff_id).sort());
  });

  it('escalated when level and priority change, reminded by each repeat of the failsafe, withdrawn when it closes, in order', async () => {
    const { id } = await press();
    await until(1, 'told');
    await untilEmpty();
    const places = await wardline.database.query<{ left: number }>(
      'SELECT extract(epoch FROM placed_at - app_now())::float8 AS left FROM calls WHERE id = $1',
      [id],
    );
    const reach = async (seconds: number, done: () => Promise<boolean>) => {
      const [row] = await wardline.database.query<{ left: number }>(
        'SELECT extract(epoch FROM placed_at + make_interval(secs => $2) - app_now())::float8 AS left FROM calls WHERE id = $1',
        [id, seconds],
      );
      await wardline.database.moveClock(Math.max(0, row!.left));
      await eventually(async () => ((await done()) ? true : undefined), `${String(seconds)} s`);
      await untilEmpty();
    };
    expect(places).toHaveLength(1);
    const own = () => receiver.requests.map(({ body }) => body).filter((body) => body.staff_id === nurse.id && body.call_id === id);
    await reach(301, async () => (await nurse.call(id)).level === 3);
    await reach(361, () => Promise.resolve(own().some((body) => body.type === 'reminded')));
    await closeAllCalls(admin);
    await eventually(() => (own().some((body) => body.type === 'withdrawn') ? true : undefined), 'withdrawn');
    await untilEmpty();
    const story = own();
    expect(story[0]).toMatchObject({ type: 'told', level: 0 });
    expect(story.filter((body) => body.type === 'escalated').at(-1)).toMatchObject({ level: 3 });
    expect(story.find((body) => body.type === 'reminded')).toMatchObject({ repeat: 1, level: 3 });
    expect(story.at(-1)).toMatchObject({ type: 'withdrawn', reason: 'closed' });
    expect(story.map(({ sequence }) => sequence as number)).toEqual(story.map(({ sequence }) => sequence as number).sort((a, b) => a - b));
    expect(new Set(story.map((body) => body.id as string)).size).toBe(story.length);
  });

  it('withdrawn from the person who accepts, and told once more when the call comes back', async () => {
    const { id } = await press();
    await until(1, 'told');
    await untilEmpty();
    expect((await nurse.command('HTTP', 'accept', id)).ok).toBe(true);
    await until(2, 'withdrawn');
    await untilEmpty();
    await wardline.database.moveClock(181);
    await until(3, 'told once more');
    await untilEmpty();
    expect(types().slice(0, 3)).toEqual(['told', 'withdrawn', 'told']);
    expect(receiver.requests[1]!.body.reason).toBe('accepted');
    expect(receiver.requests[2]!.body.id).not.toBe(receiver.requests[0]!.body.id);
  });

  it('nothing of what is no longer true when its turn comes, but always a withdrawal of what may have been told', async () => {
    receiver.behaviour = () => 503;
    await press();
    await until(1, 'a try that may have reached somebody');
    await closeAllCalls(admin);
    receiver.behaviour = () => 204;
    await eventually(() => (types().at(-1) === 'withdrawn' ? true : undefined), 'withdrawn');
    await untilEmpty();
    expect(types().filter((type) => type === 'withdrawn')).toHaveLength(1);
  });

  it('while a slow receiver delays no call, holds no transaction and does not make the node look stuck', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<number>((resolve) => {
      answer = () => {
        resolve(204);
      };
    });
    receiver.behaviour = () => asked;
    // Nobody is answered before all four were pressed and sent.
    for (const station of ['icu-101-bed', 'icu-102-bed', 'icu-103-bed', 'icu-104-bed']) await press(station);
    await until(4, 'all are told beside each other');
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

  it('again, later and later, until the receiver takes it: the same message, each try written down', async () => {
    let refusals = 2;
    receiver.behaviour = () => (refusals-- > 0 ? 503 : 204);
    const { id } = await press();
    await until(1, 'the first try');
    await untilEmpty();
    expect(receiver.requests).toHaveLength(3);
    expect(new Set(receiver.ids).size).toBe(1);
    const { notifications } = await nurse.call(id);
    expect(notifications.map((one: { try: number; result: string; answer: string }) => [one.try, one.result, one.answer])).toEqual([
      [1, 'failed', 'the receiver answered 503'],
      [2, 'failed', 'the receiver answered 503'],
      [3, 'delivered', '204'],
    ]);
    const metrics = (await request(other, 'GET', '/metrics')).body as string;
    expect(metrics).toMatch(/wardline_notifications_total\{notifier="webhook",result="(failed|delivered)"\} [1-9]/);
  });

  it('again when the node dies between the delivery and writing it down', async () => {
    notifier.dying = true;
    await press();
    await until(1, 'the first delivery');
    notifier.dying = false;
    await wardline.database.moveClock(LEASE_SEC);
    // Meanwhile the receipt is missed, too, and others may be told first.
    const first = receiver.ids[0];
    await eventually(() => (receiver.ids.filter((id) => id === first).length > 1 ? true : undefined), 'the same message again');
    await untilEmpty();
  });

  it('a call in progress that a manager hands over: the new person is told, until they arrive', async () => {
    const colleague = await Person.come(wardline, 'icu-nurse-2');
    await colleague.startShift('icu');
    const manager = await signIn(wardline, 'icu-manager');
    const { id } = await press();
    const holder = (await nurse.call(id)).recipients[0].staff_id === nurse.id ? nurse : colleague;
    const next = holder === nurse ? colleague : nurse;
    expect((await holder.command('HTTP', 'arrive', id)).ok).toBe(true);
    await untilEmpty();
    receiver.requests.length = 0;
    expect((await manager.post(`/calls/${id}/reassign`, { staff_id: next.id, reason: 'closer' })).status).toBe(200);
    await untilEmpty();
    const told = () => receiver.requests.filter(({ body }) => body.staff_id === next.id).map(({ body }) => body.type as string);
    expect(told()).toEqual(['told']);
    expect((await next.command('HTTP', 'arrive', id)).ok).toBe(true);
    await untilEmpty();
    expect(told()).toEqual(['told', 'withdrawn']);
    expect((await next.command('HTTP', 'complete', id)).ok).toBe(true);
    expect((await colleague.endShift('icu')).type).toBe('ok');
    colleague.socket.close();
  });

  it('no more after a day, which the log tells', async () => {
    receiver.behaviour = () => 500;
    const { id } = await press();
    await until(1, 'the first try');
    await closeAllCalls(admin);
    await eventually(() => (types().includes('withdrawn') ? true : undefined), 'a try to withdraw');
    await wardline.database.moveClock(86_400);
    await untilEmpty();
    const logged = [...wardline.log, ...other.log].filter((line) => line.includes('notification.given_up') && line.includes(id));
    expect(logged.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { notifier: 'webhook', call_id: id, staff_id: nurse.id, type: 'withdrawn' },
    ]);
    expect([...wardline.log, ...other.log].some((line) => line.includes(SECRET) || line.includes(receiver.url))).toBe(false);
  });
});

describe('several notifiers', () => {
  const [pager, bus] = [new ScriptedNotifier('pager'), new ScriptedNotifier('bus')];
  const provide = (notifier: Notifier) => ({ provide: Notifier, useFactory: () => notifier });
  let wardline: TestWardline;
  let admin: Session;
  let nurse: Person;

  beforeAll(async () => {
    wardline = await startTestWardline({ notifiers: [provide(pager), provide(bus)] });
    admin = await signIn(wardline, 'admin');
    nurse = await Person.come(wardline, 'icu-nurse-1');
    await nurse.startShift('icu');
  });
  afterAll(() => wardline.stop());

  const press = async (station: string) => {
    const { body } = await asStation(wardline, station)('POST', '/calls', { type: 'patient_normal' });
    return body as { id: string };
  };
  const isTold = (notifier: ScriptedNotifier, call: { id: string }) =>
    eventually(() => (notifier.told.some((one) => one.call_id === call.id) ? true : undefined), `${notifier.name} is told`);

  it('one that hangs delays neither the other nor a call, and hears of the end of its time', async () => {
    const aborted: string[] = [];
    pager.answer = ({ call_id }, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          aborted.push(call_id);
          reject(new Error('aborted'));
        });
      });
    const calls = [await press('icu-101-bed'), await press('icu-102-bed')];
    for (const call of calls) {
      await isTold(pager, call);
      await isTold(bus, call);
      expect((await nurse.command('HTTP', 'accept', call.id)).ok).toBe(true);
    }
    await eventually(
      () => (bus.told.filter((one) => one.type === 'withdrawn').length === 2 ? true : undefined),
      'the bus hears of both ends',
    );
    await eventually(() => (aborted.length >= 2 ? true : undefined), 'the pager hears of its limit');
    pager.answer = () => Promise.resolve('ok');
    await closeAllCalls(admin);
  });

  it('one that throws before it has a promise, or answers nonsense, is asked again and counted', async () => {
    const faults: (() => unknown)[] = [
      () => {
        throw new Error('no promise');
      },
      () => Promise.resolve({ status: 200 }),
    ];
    bus.answer = (() => (faults.length > 0 ? faults.shift()!() : Promise.resolve(undefined))) as ScriptedNotifier['answer'];
    const call = await press('icu-103-bed');
    const tries = await eventually(async () => {
      const { notifications } = await nurse.call(call.id);
      const of = (notifications as { notifier: string; result: string }[]).filter((one) => one.notifier === 'bus');
      return of.at(-1)?.result === 'delivered' ? of : undefined;
    }, 'delivered');
    expect(tries.map((one) => one.result)).toEqual(['failed', 'failed', 'delivered']);
    const metrics = (await request(wardline, 'GET', '/metrics')).body as string;
    for (const reason of ['threw', 'invalid'])
      expect(metrics).toContain(`wardline_extension_failures_total{point="notifier",reason="${reason}"} 1\n`);
    await closeAllCalls(admin);
  });

  it('a name that two have stops the start', async () => {
    await expect(startTestWardline({ notifiers: [provide(pager), provide(pager)] })).rejects.toThrow(/two notifiers have one name/);
  });
});

describe('without a notifier', () => {
  it('nothing is queued; what is closed before a notifier comes is not told; a subscription ends 24 h after its last node', async () => {
    const wardline = await startTestWardline();
    try {
      const waiting = () => wardline.database.query<{ call_id: string }>('SELECT call_id FROM notifications');
      await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
      expect((await wardline.database.query('SELECT 1 FROM annunciations')).length).toBeGreaterThan(0);
      expect(await waiting()).toEqual([]);

      await wardline.database.query(`INSERT INTO notifier_subscriptions (name) VALUES ('pager')`);
      const closed = await asStation(wardline, 'icu-102-bed')('POST', '/calls', { type: 'patient_normal' });
      expect((await waiting()).length).toBeGreaterThan(0);
      const admin = await signIn(wardline, 'admin');
      await admin.post(`/calls/${closed.body.id as string}/cancel`, { reason: 'at once' });
      const open = await asStation(wardline, 'icu-103-bed')('POST', '/calls', { type: 'patient_normal' });
      const pager = new ScriptedNotifier('pager');
      const node = await startTestWardline({ sharedWith: wardline, notifiers: [{ provide: Notifier, useFactory: () => pager }] });
      await eventually(() => (pager.told.some((one) => one.call_id === open.body.id) ? true : undefined), 'the open call is told');
      await eventually(async () => {
        const due = await wardline.database.query('SELECT FROM notifications WHERE due_at IS NOT NULL');
        return due.length === 0 ? true : undefined;
      }, 'nothing waits');
      expect(pager.told.some((one) => one.call_id === closed.body.id)).toBe(false);
      // Calls from before the notifier came are sent, too.
      expect(new Set(pager.told.map((one) => one.call_id)).size).toBe(2);
      await node.stop();

      const { NotifierSubscriptions } = await import('../../../../src/ward/notifications/notifier-subscriptions.js');
      const upkeep = wardline.app.get(NotifierSubscriptions);
      await upkeep.run();
      expect((await waiting()).length).toBeGreaterThan(0);
      await wardline.database.moveClock(24 * 3600 + 1);
      await upkeep.run();
      expect(await waiting()).toEqual([]);
      expect(wardline.log.filter((line) => /notifier\.unsubscribed|notifications\.dropped/.test(line))).toHaveLength(2);
    } finally {
      await wardline.stop();
    }
  });
});
