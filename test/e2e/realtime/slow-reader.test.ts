import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { request, Session, signIn, Socket } from '../../support/clients/client.js';
import { closeAllCalls } from '../../support/clients/person.js';
import { makesUp } from '../../support/clients/published.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { soon } from '../../support/eventually.js';

makesUp('notice.posted', 'department.unattended');

let wardline: TestWardline;
let anna: Session;
let ben: Session;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { POLL_INTERVAL_MS: '50', SLOW_CONSUMER_BYTES: '16777216', CLIENT_RATE_LIMIT: '0' } });
  [anna, ben, admin] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'admin'].map((name) => signIn(wardline, name)))) as [
    Session,
    Session,
    Session,
  ];
});
afterAll(() => wardline.stop());
afterEach(() => closeAllCalls(admin));

/** Larger than what the kernel holds between two ends of one machine, in so many events. */
const FILL = { events: 300, bytes: 60_000 };

/** Appends to icu's log as the services do. */
async function append(type: string, count: number, bytes = 100): Promise<void> {
  const payload = { pad: 'x'.repeat(bytes) };
  for (let done = 0; done < count; done += 50) {
    const events = Array.from({ length: Math.min(50, count - done) }, () => ({ dept: 'icu', id: randomUUID(), type, payload }));
    await wardline.database.query('SELECT append_events($1::jsonb)', [JSON.stringify(events)]);
  }
}

async function metric(name: string): Promise<number> {
  const { body } = await request(wardline, 'GET', '/metrics');
  return Number(new RegExp(`^${name} (\\S+)`, 'm').exec(body as string)?.[1]);
}

async function subscribed(session: Session): Promise<{ socket: Socket; from: number }> {
  const socket = await Socket.open(wardline, session.cookie);
  const { data } = await socket.ask({ type: 'subscribe', dept: 'icu' });
  return { socket, from: data.from as number };
}

async function headOfIcu(): Promise<number> {
  return (await admin.get('/departments/icu/snapshot')).body.seq as number;
}

const NO_EVENTS = new Set(['snapshot', 'ok', 'department.summary']);

/**
 * The proof that a client may demand: every `seq` from `from` on, as an event or in a range.
 * @returns what was skipped
 */
function provablyGapless(socket: Socket, from: number): Set<number> {
  const skipped = new Set<number>();
  let next = from;
  for (const frame of socket.frames) {
    if (frame.dept !== 'icu' || NO_EVENTS.has(frame.type)) continue;
    const [first, last] = frame.type === 'skipped' ? [frame.from, frame.to] : [frame.seq, frame.seq];
    expect(first).toBe(next);
    next = last + 1;
    if (frame.type === 'skipped') for (let seq = first as number; seq <= last; seq++) skipped.add(seq);
  }
  return skipped;
}

function lastSeq(socket: Socket): number {
  return socket.frames.reduce((last: number, frame) => (frame.dept === 'icu' ? (frame.to ?? frame.seq ?? last) : last), 0);
}

describe('a reader that does not keep up', () => {
  it('is given the critical events and ranges of what it was not given, while others get all', async () => {
    const slow = await subscribed(anna);
    const healthy = await subscribed(ben);
    slow.socket.ws.pause();
    await append('notice.posted', FILL.events, FILL.bytes);
    await append('department.unattended', 5);
    await append('notice.posted', 150);
    const head = await headOfIcu();
    await soon(() => expect(lastSeq(healthy.socket)).toBe(head));
    expect(provablyGapless(healthy.socket, healthy.from).size).toBe(0);

    await soon(async () => expect(await metric('wardline_outbox_depth')).toBe(100));
    slow.socket.ws.resume();
    await soon(() => expect(lastSeq(slow.socket)).toBe(head));
    const skipped = provablyGapless(slow.socket, slow.from);
    expect(skipped.size).toBeGreaterThan(100);
    expect(await metric('wardline_events_skipped_total')).toBe(skipped.size);
    expect(slow.socket.frames.filter((frame) => frame.type === 'department.unattended')).toHaveLength(5);
    expect(await metric('wardline_outbox_depth')).toBe(0);

    // The range can be fetched.
    const range = slow.socket.frames.find((frame) => frame.type === 'skipped');
    const page = await anna.get(`/departments/icu/events?after=${String(range.from - 1)}&limit=1`);
    expect(page.body.items[0].seq).toBe(range.from);
    slow.socket.close();
    healthy.socket.close();
  });

  it('is closed 4008 when only critical ones are left, and misses nothing when it resumes', async () => {
    const slow = await subscribed(anna);
    const healthy = await subscribed(ben);
    slow.socket.ws.pause();
    await append('notice.posted', FILL.events, FILL.bytes);
    await append('department.unattended', 101);
    const head = await headOfIcu();
    await soon(() => expect(lastSeq(healthy.socket)).toBe(head));
    await soon(async () =>
      expect((await request(wardline, 'GET', '/metrics')).body).toMatch(/wardline_ws_closes_total\{code="(4008|1006)"\} [1-9]/),
    );
    slow.socket.ws.resume();
    const { code } = await slow.socket.untilClosed();
    // Cut when the close frame could not be flushed in time.
    expect([4008, 1006]).toContain(code);
    provablyGapless(slow.socket, slow.from);

    const back = await Socket.open(wardline, anna.cookie);
    const after = lastSeq(slow.socket);
    const { data } = await back.ask({ type: 'subscribe', dept: 'icu', after });
    expect(data).toMatchObject({ recovered: true, from: after + 1 });
    await soon(() => expect(lastSeq(back)).toBe(head));
    expect(provablyGapless(back, after + 1).size).toBe(0);
    back.close();
    healthy.socket.close();
  });

  it('that goes on sending has its commands carried out, its first ones at once, within bounds', async () => {
    const { socket } = await subscribed(anna);
    await anna.post('/departments/icu/shifts');
    const call = (await ben.post('/calls', { type: 'patient_normal', room_id: 'icu-101' })).body;
    socket.ws.pause();
    await append('notice.posted', FILL.events, FILL.bytes);
    await soon(async () => expect(await metric('wardline_outbox_depth')).toBeGreaterThan(50));
    socket.send({ type: 'call.accept', data: { call_id: call.id } });
    await soon(async () => expect((await ben.get(`/calls/${call.id as string}`)).body.state).toBe('accepted'));
    for (let i = 0; i < 500; i++) socket.send({ type: 'shift.end', data: { dept: 'nowhere' } });
    socket.ws.resume();
    await socket.untilClosed().catch(() => undefined);
    socket.close();
    expect((await request(wardline, 'GET', '/livez')).status).toBe(200);
  });
});
