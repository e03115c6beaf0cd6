import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { backoffMs } from './backoff.js';
import { createClient, type Wardline } from '../index.js';
import { createFakeServer, type FakeServer } from '../testing/index.js';
import type { FakeSocket } from '../testing/fake/fake-socket.js';

let server: FakeServer;
let client: Wardline;
/** Every socket that the client has opened. */
const sockets: FakeSocket[] = [];
/** Requests of HTTP: path and language. */
const asked: [string, string | null][] = [];
let sessionStatus: number | undefined;
beforeEach(() => {
  vi.useFakeTimers();
  sockets.length = asked.length = 0;
  sessionStatus = undefined;
  server = createFakeServer();
  const Recorded = function (...args: ConstructorParameters<typeof server.WebSocket>) {
    const socket = new server.WebSocket(...args);
    sockets.push(socket as FakeSocket);
    return socket;
  } as unknown as typeof server.WebSocket;
  const fetch: typeof globalThis.fetch = (input, init) => {
    const path = new URL(input as string).pathname.replace('/api/v1', '');
    asked.push([path, new Headers(init?.headers).get('Accept-Language')]);
    const refused = path === '/auth/session' && sessionStatus !== undefined;
    return refused ? Promise.resolve(new Response('{}', { status: sessionStatus ?? 0 })) : server.fetch(input, init);
  };
  client = createClient({ url: server.url, fetch, WebSocket: Recorded, locale: 'ar' });
});
afterEach(() => {
  client.close();
  server.close();
  vi.useRealTimers();
});
const follow = async () => {
  client.department('icu').subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(10);
};
const says = async (frame: object) => {
  sockets.at(-1)?.deliver(JSON.stringify(frame));
  await vi.advanceTimersByTimeAsync(1);
};
const lookUps = () => asked.filter(([path]) => path === '/auth/session').length;

describe('the wait between two attempts', () => {
  it('is 1 s × 2ⁿ, 30 s at most, ± 20 % at random', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 500].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([
      ...[1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
    ]);
    expect(backoffMs(2, () => 0)).toBeCloseTo(3200);
    expect(backoffMs(2, () => 1)).toBeCloseTo(4800);
  });

  it('is as long as server_shutdown says, from the close', async () => {
    await follow();
    await says({ type: 'server_shutdown', reconnect_in: 7 });
    await vi.advanceTimersByTimeAsync(20_000);
    server.cut(1001);
    await vi.advanceTimersByTimeAsync(6990);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(50);
    expect(sockets).toHaveLength(2);
    expect(client.status.phase).toBe('live');
  });
});

describe('a connection', () => {
  it('tries again when no hello has come within 10 s', async () => {
    server.stall(true);
    await follow();
    await vi.advanceTimersByTimeAsync(9900);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.readyState).not.toBe(3);
    await vi.advanceTimersByTimeAsync(200);
    expect(sockets[0]?.readyState).toBe(3);
    server.stall(false);
    await vi.advanceTimersByTimeAsync(1300);
    expect(client.status.phase).toBe('live');
  });

  it.each([1001, 1006, 1008, 1011, 1012, 1013, 4008, 4013, 4029, 4040])('goes on after %i', async (code) => {
    await follow();
    server.cut(code);
    await vi.advanceTimersByTimeAsync(0);
    expect(client.status.phase).toBe('connecting');
    await vi.advanceTimersByTimeAsync(1300);
    expect(client.status.phase).toBe('live');
  });

  it('goes on after 4002 while the session is there, however often', async () => {
    await follow();
    for (let n = 1; n <= 3; n++) {
      server.cut(4002);
      await vi.advanceTimersByTimeAsync(1300);
      expect(client.status.phase).toBe('live');
      expect(lookUps()).toBe(n);
    }
  });

  it('stops on 4002 after one refused look-up', async () => {
    await follow();
    sessionStatus = 401;
    server.cut(4002);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.status.phase).toBe('stopped');
    expect(lookUps()).toBe(1);
    expect(sockets).toHaveLength(1);
  });

  it('says that the session is about to end', async () => {
    const heard: unknown[] = [];
    client.on('session_expiring', (value) => heard.push(value));
    await follow();
    await says({ type: 'session_expiring', in_sec: 600 });
    expect(heard).toEqual([{ in_sec: 600 }]);
  });

  it("knows the server's time, whatever the machine's clock is set to", async () => {
    await follow();
    const ahead = Date.now() + 90_000;
    await says({ type: 'ping', t: ahead });
    vi.setSystemTime(0);
    await vi.advanceTimersByTimeAsync(999);
    expect(client.serverNow()).toBe(ahead + 1000);
  });

  it('asks in the language of the page', async () => {
    await client.http('GET /departments').catch(() => undefined);
    expect(asked).toEqual([['/departments', 'ar']]);
  });
});
