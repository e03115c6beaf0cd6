import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createClient, eventStream, longPoll, type Wardline } from '@wardline/client';
import { checkedTransport } from '../../support/clients/checked-transport.js';
import { asStation, request, Session, signIn } from '../../support/clients/client.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { untilScanned } from '../../support/checks/scans.js';
import { EventWaiter } from '../../../src/events/delivery/event-waiter.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually, soon } from '../../support/eventually.js';

let wardline: TestWardline;
let admin: Session;
const open: { close(): void }[] = [];

beforeAll(async () => {
  wardline = await startTestWardline({ env: { MAX_CONNECTIONS_PER_SESSION: '2' } });
  admin = await signIn(wardline, 'admin');
});
afterAll(() => wardline.stop());
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await closeAllCalls(admin);
});

const get = (path: string, headers: Record<string, string> = {}) =>
  request(wardline, 'GET', `/api/v1${path}`, { headers: { cookie: admin.cookie, ...headers } });

/** The text of a stream until it holds all of `words`. */
async function textUntil(path: string, words: readonly string[], headers: Record<string, string> = {}): Promise<string> {
  const node = checkedTransport({ ca: wardline.ca });
  const ending = new AbortController();
  try {
    const response = await node.fetch(`${wardline.url}/api/v1${path}`, {
      headers: { Cookie: admin.cookie, ...headers },
      signal: ending.signal,
    });
    expect(response.status).toBe(200);
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (words.every((word) => text.includes(word))) return text;
    }
    return text;
  } finally {
    ending.abort();
    node.close();
  }
}

describe('one stream for several departments', () => {
  it('names the place in each department as the id, and resumes behind it without a snapshot', async () => {
    await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const first = await textUntil('/events/stream?dept=icu,med', ['"dept":"icu"', 'event: snapshot\nid: icu:', ',med:']);
    const hello = JSON.parse(/event: hello\ndata: (.*)\n/.exec(first)?.[1] ?? '{}') as {
      epoch: string;
      departments: { dept: string; head: number }[];
    };
    expect(hello.departments.map(({ dept }) => dept)).toEqual(['icu', 'med']);
    const places = hello.departments.map(({ dept, head }) => `${dept}:${String(head)}`).join(',');
    await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'service_request' });
    const again = await textUntil(`/events/stream?dept=icu,med&epoch=${hello.epoch}`, ['event: call.pending'], { 'Last-Event-ID': places });
    expect(again).not.toContain('event: snapshot');
    expect(again).toMatch(/event: call\.pending\nid: icu:\d+,med:\d+\n/);
  });

  it('goes on with the departments that the person may read, and names the others', async () => {
    const nurse = await signIn(wardline, 'icu-nurse-1');
    const text = await textUntil('/events/stream?dept=icu,nope', ['event: error'], { Cookie: nurse.cookie });
    expect(text).toContain('"details":{"dept":"nope"}');
    expect(text).toContain('"dept":"icu"');
    expect((await get('/events/stream?dept=nope')).status).toBe(404);
    expect((await get('/events/stream?dept=')).status).toBe(400);
    expect((await get('/events/stream?dept=icu&after=icu')).status).toBe(400);
  });
});

describe('one long poll for several departments', () => {
  it('gives pages behind each place, waits for the first event of any, and names those that need a snapshot', async () => {
    // The consequences of the tests before are in the log.
    await untilScanned(wardline);
    const head = (await get('/departments/icu/events?after=0')).body as { head: number; epoch: string };
    const med = (await get('/departments/med/events?after=0')).body as { head: number };
    const after = `icu:${String(head.head)},med:${String(med.head)}`;
    const waiting = get(`/events?dept=icu,med&after=${after}&epoch=${head.epoch}&wait=25`);
    await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const { body } = await waiting;
    expect(body).toMatchObject({ reset: [], epoch: head.epoch });
    expect((body as { items: unknown[] }).items[0]).toMatchObject({ dept: 'icu', seq: head.head + 1, type: 'call.pending' });
    expect((body as { after: string }).after).toMatch(/^icu:\d+,med:\d+$/);
    const reset = (await get(`/events?dept=icu,med&after=icu:0&epoch=${head.epoch}`)).body as {
      reset: string[];
      items: { dept: string }[];
    };
    expect(reset.reset).toEqual(['med']);
    expect(new Set(reset.items.map(({ dept }) => dept))).toEqual(new Set(['icu']));
    expect(((await get('/events?dept=icu&after=icu:0&epoch=other')).body as { reset: string[] }).reset).toEqual(['icu']);
  });

  it('that waits while the log becomes another one needs a snapshot of each, and gives no event', async () => {
    await untilScanned(wardline);
    const { head, epoch } = (await get('/departments/icu/events?after=0')).body as { head: number; epoch: string };
    const waiting = get(`/events?dept=icu&after=icu:${String(head)}&epoch=${epoch}&wait=25`);
    const waiter = wardline.app.get(EventWaiter);
    await eventually(() => (waiter.size > 0 ? true : undefined), 'a poll that waits');
    await wardline.database.query('SELECT renew_epoch(stored) FROM log_epoch');
    const { body } = await waiting;
    expect(body).toMatchObject({ reset: ['icu'], items: [], after: '' });
    expect((body as { epoch: string }).epoch).not.toBe(epoch);
  });
});

describe.each([
  ['stream', eventStream],
  ['poll', longPoll],
] as const)('the client over %s', (name, transport) => {
  it('is live, follows two departments by one connection, accepts and sees it', async () => {
    const node = checkedTransport({ ca: wardline.ca });
    const client: Wardline = createClient({ url: wardline.url, transports: [transport()], ...node });
    open.push(client, node);
    await client.signIn(wardline.firstRun.admin);
    for (const dept of ['icu', 'med']) client.department(dept).subscribe(() => undefined);
    await soon(() => {
      expect(client.status).toMatchObject({ phase: 'live', transport: name });
    });
    const press = await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' });
    const id = press.body.id as string;
    await soon(() => {
      expect(
        client
          .department('icu')
          .getSnapshot()
          .calls.map((call) => call.id),
      ).toContain(id);
    });
    expect(await client.calls.accept(id)).toMatchObject({ state: 'accepted' });
    await soon(() => {
      expect(
        client
          .department('icu')
          .getSnapshot()
          .calls.find((call) => call.id === id)?.state,
      ).toBe('accepted');
    });
    for (const dept of ['icu', 'med']) expect(client.proof(dept)).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
  });
});
