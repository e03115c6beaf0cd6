import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type Wardline, webSocket } from '../index.js';
import { createFakeServer, type FakeServer } from '../testing/index.js';
import { enterPage, type MemoryPage } from '../testing/memory-page.js';

let page: MemoryPage;
let server: FakeServer;
let client: Wardline;
let phases: string[];
beforeEach(async () => {
  vi.useFakeTimers();
  page = enterPage();
  vi.stubGlobal('document', { hidden: false });
  server = createFakeServer();
  const { url, fetch, WebSocket } = server;
  client = createClient({ url, fetch, WebSocket, transports: [webSocket()] });
  phases = [];
  client.on('status', ({ phase }) => phases.push(phase));
  client.department('icu').subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(100);
});
afterEach(() => {
  client.close();
  server.close();
  page.leave();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** The connection has died without a word, and the next one passes. */
async function passAgainAfter(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  server.stall(false);
}

describe('a page that wakes', () => {
  it.each(['visibilitychange', 'pageshow', 'resume', 'online'])(
    'finds out within 3 s of %s that its connection is dead, and is live within 4 s',
    async (sign) => {
      server.stall(true);
      server.press('icu');
      page.window.dispatchEvent(new Event(sign));
      await passAgainAfter(2900);
      expect(client.status.phase).toBe('live');
      await vi.advanceTimersByTimeAsync(1100);
      expect(phases).toContain('stale');
      expect(client.status.phase).toBe('live');
      expect(client.department('icu').getSnapshot().calls).toHaveLength(1);
    },
  );

  it('notices by a late timer that the machine slept', async () => {
    server.stall(true);
    vi.setSystemTime(Date.now() + 300_000);
    await vi.advanceTimersByTimeAsync(5000);
    await passAgainAfter(2500);
    await vi.advanceTimersByTimeAsync(1500);
    expect(phases).toContain('stale');
    expect(client.status.phase).toBe('live');
  });

  it('keeps a connection that answers', async () => {
    page.window.dispatchEvent(new Event('resume'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(phases).not.toContain('stale');
    expect(server.connections).toBe(1);
  });

  it('does not wait for an attempt that began before it slept', async () => {
    server.cut();
    let opened = 0;
    const { url, fetch } = server;
    class SilentSocket extends EventTarget {
      readonly readyState = 0;
      constructor() {
        super();
        opened += 1;
      }
      close(): void {
        // it never opened
      }
    }
    const sleeper = createClient({ url, fetch, WebSocket: SilentSocket });
    sleeper.department('icu').subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    expect(opened).toBe(1);
    page.window.dispatchEvent(new Event('resume'));
    await vi.advanceTimersByTimeAsync(3000);
    expect(opened).toBe(2);
    // Left alone, an attempt ends after 10 s.
    await vi.advanceTimersByTimeAsync(9900);
    expect(opened).toBe(2);
    await vi.advanceTimersByTimeAsync(1400);
    expect(opened).toBe(3);
    sleeper.close();
  });
});
