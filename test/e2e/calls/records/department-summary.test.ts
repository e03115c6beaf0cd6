import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { asStation, Session, signIn, Socket, type AnyFrame } from '../../../support/clients/client.js';
import { closeAllCalls } from '../../../support/clients/person.js';
import { startTestWardline, type TestWardline } from '../../../support/wardline.js';
import { soon } from '../../../support/eventually.js';

let wardline: TestWardline;
let anna: Session;
let ben: Session;
let admin: Session;

beforeAll(async () => {
  wardline = await startTestWardline({ env: { CLIENT_RATE_LIMIT: '0', SLOW_CONSUMER_BYTES: '16777216' } });
  [anna, ben, admin] = (await Promise.all(['icu-nurse-1', 'icu-nurse-2', 'admin'].map((name) => signIn(wardline, name)))) as [
    Session,
    Session,
    Session,
  ];
});
afterAll(() => wardline.stop());
afterEach(async () => {
  await closeAllCalls(admin);
});

const press = async (station: string, type = 'patient_normal'): Promise<string> => {
  const answer = await asStation(wardline, station)('POST', '/calls', { type });
  expect(answer.status).toBe(201);
  return answer.body.id as string;
};

/** A summary, and when it came, in milliseconds. */
interface Seen {
  dept: string;
  data: AnyFrame;
  at: number;
}

async function board(session: Session, dept = 'icu'): Promise<{ socket: Socket; summaries: Seen[] }> {
  const socket = await Socket.open(wardline, session.cookie);
  const summaries: Seen[] = [];
  socket.ws.on('message', (data: Buffer) => {
    const frame: AnyFrame = JSON.parse(data.toString());
    if (frame.type === 'department.summary') summaries.push({ ...frame, at: performance.now() });
  });
  await socket.ask({ type: 'subscribe', dept });
  return { socket, summaries };
}

/** The newest summary, once it matches. */
const comes = (summaries: Seen[], data: Record<string, unknown>) =>
  soon(() => {
    expect(summaries.at(-1)).toMatchObject({ dept: 'icu', data });
  });

describe('department.summary', () => {
  it('shows a board the open calls by state and priority and who is on duty, as they change', async () => {
    const { socket, summaries } = await board(anna);
    const none = { pending: 0, accepted: 0, in_progress: 0 };
    await comes(summaries, { calls: { open: 0, by_state: none, by_priority: {} }, staff: { on_duty: 0 } });

    await anna.post('/departments/icu/shifts');
    await comes(summaries, { staff: { on_duty: 1 } });
    const call = await press('icu-101-bed', 'device_alarm');
    await comes(summaries, { calls: { open: 1, by_state: { ...none, pending: 1 }, by_priority: { 10: 1 } } });
    await anna.post(`/calls/${call}/accept`, {});
    await comes(summaries, { calls: { by_state: { ...none, accepted: 1 } } });
    await anna.post(`/calls/${call}/arrive`, {});
    await comes(summaries, { calls: { by_state: { ...none, in_progress: 1 } } });
    await anna.post(`/calls/${call}/complete`, {});
    await comes(summaries, { calls: { open: 0, by_state: none, by_priority: {} } });
    await anna.send('DELETE', '/departments/icu/shifts/mine?confirm=true');
    await comes(summaries, { staff: { on_duty: 0 } });
    for (const summary of summaries) expect(Object.keys(summary).sort()).toEqual(['at', 'data', 'dept', 'time', 'type']);
    socket.close();
  });

  it('comes to who joins although nothing changes, and to nobody else then', async () => {
    const first = await board(anna);
    await soon(() => expect(first.summaries).toHaveLength(1));
    const second = await board(ben);
    await soon(() => expect(second.summaries).toHaveLength(1));
    expect(second.summaries[0]?.data).toEqual(first.summaries[0]?.data);
    expect(first.summaries).toHaveLength(1);
    first.socket.close();
    second.socket.close();
  });

  it('is one for many changes of a second, and none for another department', async () => {
    const { socket, summaries } = await board(anna);
    const elsewhere = await board(admin, 'med');
    await soon(() => expect(summaries.length + elsewhere.summaries.length).toBe(2));
    for (const station of ['icu-101-bed', 'icu-102-bed', 'icu-103-bed']) await press(station);
    await comes(summaries, { calls: { open: 3 } });
    await closeAllCalls(admin);
    await comes(summaries, { calls: { open: 0 } });
    const changes = socket.events('icu').length;
    expect(changes).toBeGreaterThanOrEqual(6);
    expect(summaries.length).toBeLessThan(changes);
    const pauses = summaries.slice(1).map(({ at }, i) => at - (summaries[i]?.at ?? 0));
    // A clock of our own reads a frame's arrival, not its sending: a tenth of a second for the way.
    for (const pause of pauses) expect(pause).toBeGreaterThan(900);
    expect(elsewhere.summaries).toHaveLength(1);
    socket.close();
    elsewhere.socket.close();
  });
});
