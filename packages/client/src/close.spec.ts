import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, eventStream, longPoll, offlineQueue, sharedTabs, type Transport, webSocket } from './index.js';
import { createFakeServer } from './testing/index.js';
import { enterPage, type MemoryPage } from './testing/memory-page.js';

const WAYS: [string, () => Transport][] = [
  ['websocket', webSocket],
  ['stream', eventStream],
  ['poll', longPoll],
];

let page: MemoryPage;
const channels = new Set<BroadcastChannel>();
const Channel = globalThis.BroadcastChannel;
beforeEach(() => {
  page = enterPage();
  vi.useFakeTimers();
  class CountedChannel extends Channel {
    constructor(name: string) {
      super(name);
      channels.add(this);
    }

    override close(): void {
      channels.delete(this);
      super.close();
    }
  }
  vi.stubGlobal('BroadcastChannel', CountedChannel);
});
afterEach(() => {
  page.leave();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('close()', () => {
  it.each(WAYS)('leaves no timer, no listener, no lock, no channel and no connection of %s', async (transport, make) => {
    const server = createFakeServer();
    const before = vi.getTimerCount();
    const client = createClient({
      ...{ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket, transports: [make()] },
      ...{ queue: offlineQueue(page.storage), tabs: sharedTabs() },
    });
    const changes: unknown[] = [];
    client.on('status', (status) => changes.push(status));
    const undo = client.department('icu').subscribe(() => undefined);
    client.department('med').subscribe(() => undefined)();
    await vi.waitFor(() => {
      expect(client.status).toMatchObject({ phase: 'live', transport });
    });
    server.press('icu');
    page.window.dispatchEvent(new Event('resume')); // a probe is under way
    server.loseAnswers(1);
    const unanswered = client.shifts.start('icu').catch((error: unknown) => error);
    const asked = client.facility().catch((error: unknown) => error);
    // It has something to leave.
    expect(vi.getTimerCount()).toBeGreaterThan(before);
    expect(page.listeners).toContain('storage');
    expect(page.locks.names.length).toBeGreaterThan(0);
    expect(channels.size).toBe(1);

    client.close();
    expect(await unanswered).toMatchObject(transport === 'websocket' ? { code: 'CLOSED' } : {});
    expect(await asked).toBeInstanceOf(Error);
    await vi.waitFor(() => {
      expect(server.connections).toBe(0);
      expect(page.locks.names).toEqual([]);
    });
    expect(vi.getTimerCount()).toBe(before);
    expect(page.listeners).toEqual([]);
    expect(channels.size).toBe(0);
    expect(client.status).toMatchObject({ phase: 'stopped', reason: 'closed' });

    // Nothing begins again.
    const said = changes.length;
    undo();
    client.department('surg').subscribe(() => undefined);
    expect(await client.signIn({ username: 'a', password: 'b' }).catch((error: unknown) => error)).toMatchObject({ code: 'CLOSED' });
    expect(await client.calls.accept('x').catch((error: unknown) => error)).toMatchObject({ code: 'CLOSED' });
    expect(vi.getTimerCount()).toBe(before);
    expect(server.connections).toBe(0);
    expect(changes).toHaveLength(said);
    server.close();
  });
});
