import http from 'node:http';
import https from 'node:https';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asStation, request, Session, signIn, type AnyFrame } from '../../support/clients/client.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { requireFrame } from '../../support/clients/published.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { soon } from '../../support/eventually.js';

let wardline: TestWardline;
let anna: Session;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { REPLAY_LIMIT: '40' } });
  [anna, admin] = (await Promise.all(['icu-nurse-1', 'admin'].map((name) => signIn(wardline, name)))) as [Session, Session];
});
afterAll(() => wardline.stop());
afterEach(() => closeAllCalls(admin));

interface Message {
  event: string;
  id?: number;
  data: AnyFrame;
}

/** Reads a stream as a browser's EventSource does. */
class Stream {
  readonly messages: Message[] = [];
  status = 0;
  headers: http.IncomingHttpHeaders = {};
  ended = false;
  private rest = '';

  private constructor(private readonly message: http.ClientRequest) {}

  static open(path: string, headers: Record<string, string>): Promise<Stream> {
    const url = new URL(wardline.url);
    const { request: send } = url.protocol === 'https:' ? https : http;
    return new Promise((resolve, reject) => {
      const message = send(
        { host: url.hostname, port: url.port, path: `/api/v1${path}`, ca: wardline.ca, agent: false, headers },
        (response) => {
          stream.status = response.statusCode ?? 0;
          stream.headers = response.headers;
          response.on('data', (chunk: Buffer) => {
            stream.read(chunk.toString('utf8'));
          });
          response.on('close', () => (stream.ended = true));
          response.on('error', () => undefined);
          resolve(stream);
        },
      );
      const stream = new Stream(message);
      message.on('error', reject);
      message.end();
    });
  }

  until(event: string): Promise<Message> {
    return soon(() => {
      const found = this.messages.find((one) => one.event === event);
      if (!found) throw new Error(`no ${event} among ${this.messages.map((one) => one.event).join()}`);
      return found;
    });
  }

  close(): void {
    this.message.destroy();
  }

  private read(text: string): void {
    const blocks = (this.rest + text).split('\n\n');
    this.rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (block.startsWith(':')) continue;
      const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
      const id = fields.get('id');
      const data = JSON.parse(fields.get('data') ?? 'null');
      this.messages.push({ event: fields.get('event') ?? '', ...(id !== undefined && { id: Number(id) }), data });
      if (data !== null) requireFrame(data);
    }
  }
}

function follow(session = anna, query = '', headers: Record<string, string> = {}): Promise<Stream> {
  return Stream.open(`/departments/icu/events/stream${query}`, { cookie: session.cookie, ...headers });
}

const station = () => asStation(wardline, 'icu-101-bed');

describe('the event stream', () => {
  it('begins with hello and a snapshot, then gives every event with its seq as id', async () => {
    const stream = await follow();
    expect(stream.status).toBe(200);
    expect(stream.headers['content-type']).toContain('text/event-stream');
    const press = await station()('POST', '/calls', { type: 'patient_normal' });
    expect(press.status).toBe(201);
    const pending = await stream.until('call.pending');
    expect(stream.messages[0]).toMatchObject({
      event: 'hello',
      data: { type: 'hello', dept: 'icu', recovered: false, user: { id: anna.user.id } },
    });
    const snapshot = stream.messages[1];
    expect(snapshot).toMatchObject({ event: 'snapshot', data: { dept: 'icu' } });
    expect(snapshot?.id).toBe(snapshot?.data.seq);
    expect(pending.id).toBe(pending.data.seq);
    expect(pending.data).toMatchObject({ type: 'call.pending', dept: 'icu', critical: true, data: { call_id: press.body.id } });
    const events = stream.messages.slice(2).filter((one) => one.event !== 'department.summary');
    const seqs = events.map((one) => one.id);
    expect(seqs).toEqual(seqs.map((_, i) => (snapshot?.data.seq as number) + 1 + i));
    stream.close();
  });

  it('resumes behind Last-Event-ID with exactly what was missed, in the same epoch', async () => {
    const first = await follow();
    const { data: hello } = await first.until('hello');
    const at = (await first.until('snapshot')).id ?? 0;
    first.close();
    await station()('POST', '/calls', { type: 'patient_normal' });
    const again = await follow(anna, `?epoch=${hello.epoch as string}`, { 'last-event-id': String(at) });
    expect((await again.until('hello')).data).toMatchObject({ recovered: true, from: at + 1 });
    expect((await again.until('call.pending')).id).toBeGreaterThan(at);
    expect(again.messages[1]?.id).toBe(at + 1);
    expect(again.messages.some((one) => one.event === 'snapshot')).toBe(false);
    again.close();
  });

  it.each([
    ['another epoch', '?epoch=other', '0'],
    ['a seq that is not there yet', '', '999999999'],
    ['an id that is none of ours', '', 'x'],
  ])('begins anew with a snapshot after %s', async (_, query, id) => {
    const stream = await follow(anna, query, { 'last-event-id': id });
    expect((await stream.until('hello')).data.recovered).toBe(false);
    await stream.until('snapshot');
    stream.close();
  });

  it('is not there for a department of others, nor without a session', async () => {
    expect((await anna.get('/departments/er/events/stream')).status).toBe(404);
    expect((await anna.get('/departments/nowhere/events/stream')).status).toBe(404);
    expect((await request(wardline, 'GET', '/api/v1/departments/icu/events/stream')).status).toBe(401);
  });

  it('ends with session_revoked when its session ends', async () => {
    const cara = await signIn(wardline, 'icu-nurse-2');
    const stream = await follow(cara);
    await stream.until('snapshot');
    expect((await cara.post('/auth/logout')).status).toBe(204);
    await stream.until('session_revoked');
    expect((await stream.until('close')).data).toMatchObject({ code: 4401 });
    await soon(() => expect(stream.ended).toBe(true));
  });

  it('ends behind unsubscribed when its membership ends', async () => {
    const cara = await signIn(wardline, 'icu-nurse-3');
    const stream = await follow(cara);
    await stream.until('snapshot');
    await admin.send('DELETE', `/admin/memberships/${cara.user.id}/icu`);
    try {
      expect((await stream.until('unsubscribed')).data).toEqual({ type: 'unsubscribed', dept: 'icu', reason: 'membership_ended' });
      expect((await stream.until('close')).data).toMatchObject({ code: 1000 });
      await soon(() => expect(stream.ended).toBe(true));
    } finally {
      await admin.post('/admin/memberships', { staff_id: cara.user.id, dept: 'icu' });
    }
  });

  it('makes a nurse reachable: who is there by a stream is asked', async () => {
    const stream = await follow();
    await stream.until('snapshot');
    await anna.post('/departments/icu/shifts');
    await station()('POST', '/calls', { type: 'service_request' });
    const pending = await stream.until('call.pending');
    expect(pending.data.data.call.recipients).toMatchObject([{ staff_id: anna.user.id }]);
    stream.close();
    await anna.send('DELETE', '/departments/icu/shifts/mine?confirm=true');
  });

  it('is off with HTTP_FALLBACK=false', async () => {
    const other = await startTestWardline({ env: { HTTP_FALLBACK: 'false' }, sharedWith: wardline });
    const answer = await request(other, 'GET', '/api/v1/departments/icu/events/stream', { headers: { cookie: anna.cookie } });
    expect(answer.status).toBe(404);
    await other.stop();
  });
});

describe('the long poll', () => {
  const poll = (session: Session, after: number) => session.get(`/departments/icu/events?after=${String(after)}&wait=20`);
  const head = async () => (await anna.get('/departments/icu/snapshot')).body.seq as number;

  it('makes a nurse reachable while it waits', async () => {
    await anna.post('/departments/icu/shifts');
    const waiting = poll(anna, await head());
    await soon(async () => {
      const { body } = await admin.get('/departments/icu/staff');
      expect(body.items.find((one: AnyFrame) => one.staff_id === anna.user.id)).toMatchObject({ online: true });
    });
    await station()('POST', '/calls', { type: 'service_request' });
    const { items } = (await waiting).body;
    expect(items[0]).toMatchObject({ type: 'call.pending', data: { call: { recipients: [{ staff_id: anna.user.id }] } } });
    await anna.send('DELETE', '/departments/icu/shifts/mine?confirm=true');
  });

  it('is over with its session: 401, while one that was asked before it still waits', async () => {
    const dora = await signIn(wardline, 'icu-nurse-2');
    const at = await head();
    const [older, ended] = [poll(anna, at), poll(dora, at)];
    await soon(async () => {
      const { body } = await admin.get('/departments/icu/staff');
      expect(body.items.find((one: AnyFrame) => one.staff_id === dora.user.id)).toMatchObject({ online: true });
    });
    await dora.post('/auth/logout');
    expect(await Promise.race([older, ended])).toMatchObject({ status: 401 });
    await station()('POST', '/calls', { type: 'staff_assist' });
    expect((await older).status).toBe(200);
  });

  it('gives nothing to a session that ended while it waited', async () => {
    const dora = await signIn(wardline, 'icu-nurse-2');
    const waiting = poll(dora, await head());
    await dora.post('/auth/logout');
    await station()('POST', '/calls', { type: 'staff_assist' });
    expect((await waiting).status).toBe(401);
  });
});
