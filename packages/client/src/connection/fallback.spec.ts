import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type EventFrame, eventStream, longPoll, type Wardline, webSocket } from '../index.js';
import { createFakeServer, type FakeServer } from '../testing/index.js';

let server: FakeServer;
let client: Wardline;
const events: EventFrame[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  events.length = 0;
  server = createFakeServer();
  const { url, fetch, WebSocket } = server;
  client = createClient({ url, fetch, WebSocket, transports: [webSocket(), eventStream(), longPoll()] });
});
afterEach(() => {
  client.close();
  server.close();
  vi.useRealTimers();
});
const follow = (...depts: string[]) => {
  for (const dept of depts) client.department(dept).on('*', (event) => events.push(event));
};
const seqs = () => events.map(({ seq }) => seq);

describe('fallbacks', () => {
  it('go to one event stream when upgrades are refused, and back to the socket when they pass', async () => {
    server.refuseUpgrades(403);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'stream' });
    const call = server.press('icu');
    await vi.advanceTimersByTimeAsync(10);
    expect(seqs()).toEqual([1]);
    expect(await client.calls.accept(call.id)).toMatchObject({ state: 'accepted' });
    server.refuseUpgrades(undefined);
    await vi.advanceTimersByTimeAsync(60_500);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'websocket' });
    server.press('icu');
    await vi.advanceTimersByTimeAsync(10);
    expect(seqs()).toEqual([1, 2, 3]);
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
  });

  it('go to long poll when streams are refused as well, and back to the socket within 60 s', async () => {
    server.refuseUpgrades(403);
    server.refuseStreams(true);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'poll' });
    server.press('icu');
    await vi.advanceTimersByTimeAsync(10);
    expect(seqs()).toEqual([1]);
    server.refuseUpgrades(undefined);
    await vi.advanceTimersByTimeAsync(60_500);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'websocket' });
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0, snapshots: 1 });
  });

  it('try the socket as often when the stream is cut again and again', async () => {
    server.refuseUpgrades(403);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'stream' });
    server.refuseUpgrades(undefined);
    for (let cut = 0; cut < 2; cut += 1) {
      await vi.advanceTimersByTimeAsync(20_000);
      server.cut();
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'websocket' });
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0, snapshots: 1 });
  });

  it('try the socket again soon after a wake-up that cut a try short', async () => {
    vi.stubGlobal('window', new EventTarget());
    server.refuseUpgrades(403);
    follow('icu');
    await vi.advanceTimersByTimeAsync(1000);
    server.refuseUpgrades(undefined);
    await vi.advanceTimersByTimeAsync(34_000);
    server.press('icu');
    await vi.advanceTimersByTimeAsync(10);
    server.stall(true);
    await vi.advanceTimersByTimeAsync(21_000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'stream' });
    server.stall(false);
    globalThis.window.dispatchEvent(new Event('pageshow'));
    await vi.advanceTimersByTimeAsync(1000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'stream' });
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'websocket' });
    vi.unstubAllGlobals();
  });

  it('do not try the socket once more right after it has been refused again', async () => {
    client.close();
    const tries: number[] = [];
    const { url, fetch, WebSocket } = server;
    const Counted = function (...args: ConstructorParameters<typeof WebSocket>) {
      tries.push(performance.now());
      return new WebSocket(...args);
    } as unknown as typeof WebSocket;
    client = createClient({ url, fetch, WebSocket: Counted, transports: [webSocket(), eventStream()] });
    server.refuseUpgrades(403);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    server.refuseUpgrades(undefined);
    server.refuseStreams(true);
    server.cut();
    await vi.advanceTimersByTimeAsync(70_000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'websocket' });
    const before = tries.length;
    server.refuseUpgrades(403);
    server.refuseStreams(false);
    server.cut();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'stream' });
    expect(tries.length - before).toBe(1);
  });

  it('poll no oftener than the server says while there is news, and wait for news otherwise', async () => {
    server.refuseUpgrades(403);
    server.refuseStreams(true);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    server.press('icu');
    await vi.advanceTimersByTimeAsync(100);
    expect(seqs()).toEqual([1]);
    server.press('icu');
    await vi.advanceTimersByTimeAsync(2500);
    expect(seqs()).toEqual([1]);
    await vi.advanceTimersByTimeAsync(500);
    expect(seqs()).toEqual([1, 2]);
  });

  it('keep the same picture while polls bring nothing', async () => {
    server.refuseUpgrades(403);
    server.refuseStreams(true);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    server.press('icu');
    await vi.advanceTimersByTimeAsync(4000);
    const picture = client.department('icu').getSnapshot();
    expect(picture).toMatchObject({ live: true, seq: 1 });
    await vi.advanceTimersByTimeAsync(40_000);
    expect(client.status).toMatchObject({ phase: 'live', transport: 'poll' });
    expect(client.department('icu').getSnapshot()).toBe(picture);
  });

  it('do not ask for a skipped range again when the stream is opened for one more department', async () => {
    server.refuseUpgrades(403);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    server.skip('icu', 3);
    for (let n = 0; n < 3; n += 1) server.press('icu');
    server.append('icu', 'department.note', {});
    await vi.advanceTimersByTimeAsync(10);
    expect(client.proof('icu').skippedFetched).toBe(3);
    server.skip('icu', 1);
    server.press('icu');
    await vi.advanceTimersByTimeAsync(10);
    follow('med');
    await vi.advanceTimersByTimeAsync(100);
    server.append('icu', 'department.note', {});
    await vi.advanceTimersByTimeAsync(100);
    expect(seqs()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
  });

  it('back off when nothing is reached: attempts grow rarer', async () => {
    let asked = 0;
    client.close();
    const { url, WebSocket } = server;
    const count: typeof fetch = () => {
      asked += 1;
      return Promise.reject(new TypeError('fetch failed'));
    };
    client = createClient({ url, fetch: count, WebSocket, transports: [eventStream(), longPoll()] });
    follow('icu');
    await vi.advanceTimersByTimeAsync(120_000);
    expect(client.status.phase).toBe('connecting');
    expect(asked).toBeLessThan(40);
    expect(asked).toBeGreaterThan(5);
  });

  it('leave a department that may not be read any more, and go on with the others', async () => {
    server.refuseUpgrades(403);
    server.refuseStreams(true);
    follow('icu', 'med');
    await vi.advanceTimersByTimeAsync(5000);
    const faults: (string | undefined)[] = [];
    client.on('fault', ({ dept }) => faults.push(dept));
    server.press('med');
    await vi.advanceTimersByTimeAsync(10);
    server.endMembership('med');
    server.press('icu');
    await vi.advanceTimersByTimeAsync(4000);
    expect(faults).toEqual(['med']);
    expect(client.department('med').getSnapshot().calls).toEqual([]);
    expect(events.map(({ dept }) => dept)).toEqual(['med', 'icu']);
    expect(client.status.phase).toBe('live');
  });

  it.each([
    ['the socket', undefined, false, 'websocket'],
    ['the stream', 403, false, 'stream'],
    ['the poll', 403, true, 'poll'],
  ])("and sockets know the server's time from the start: %s", async (_, upgrades, streams, transport) => {
    client.close();
    server = createFakeServer({ aheadMs: 90_000 });
    const { url, fetch, WebSocket } = server;
    client = createClient({ url, fetch, WebSocket, transports: [webSocket(), eventStream(), longPoll()] });
    server.refuseUpgrades(upgrades);
    server.refuseStreams(streams);
    follow('icu');
    await vi.advanceTimersByTimeAsync(5000);
    expect(client.status).toMatchObject({ phase: 'live', transport });
    expect(Math.abs(client.serverNow() - Date.now() - 90_000)).toBeLessThan(1001);
  });
});
