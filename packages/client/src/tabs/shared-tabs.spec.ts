import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, type EventFrame, eventStream, longPoll, sharedTabs, type Transport, type Wardline, webSocket } from '../index.js';
import { createFakeServer, type FakeServer } from '../testing/index.js';
import { enterPage, type MemoryPage } from '../testing/memory-page.js';

const WAYS: [string, () => Transport][] = [
  ['websocket', webSocket],
  ['stream', eventStream],
  ['poll', longPoll],
];
const PATIENCE = { timeout: 15_000 };

let page: MemoryPage;
let server: FakeServer;
const open: { close(): void }[] = [];
beforeEach(() => {
  page = enterPage();
  server = createFakeServer({ pollIntervalMs: 20 });
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  server.close();
  page.leave();
});

class Tab {
  readonly events: EventFrame[] = [];
  readonly client: Wardline;

  constructor(transports: Transport[] = [webSocket()], depts = ['icu']) {
    const { url, fetch, WebSocket } = server;
    this.client = createClient({ url, fetch, WebSocket, transports, tabs: sharedTabs() });
    open.push(this.client);
    for (const dept of depts) this.client.department(dept).on('*', (event) => this.events.push(event));
  }

  get seqs(): number[] {
    return this.events.map(({ seq }) => seq);
  }

  async live(): Promise<this> {
    await vi.waitFor(() => {
      expect(this.client.status.phase).toBe('live');
    }, PATIENCE);
    return this;
  }

  async has(seqs: number[]): Promise<void> {
    await vi.waitFor(() => {
      expect(this.seqs).toEqual(seqs);
    }, PATIENCE);
    expect(this.client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
  }
}

describe('tabs that share a connection', () => {
  it.each(WAYS)('have one over %s, and each has every event once', async (_, make) => {
    server.press('icu');
    const tabs = [new Tab([make()]), new Tab([make()]), new Tab([make()]), new Tab([make()])];
    for (const tab of tabs) await tab.live();
    expect(server.connections).toBeLessThanOrEqual(1); // a poll is none while it waits in memory
    for (let n = 0; n < 5; n++) server.press('icu');
    for (const tab of tabs) await tab.has([2, 3, 4, 5, 6]);
    const [first] = tabs;
    for (const tab of tabs) {
      expect(tab.client.department('icu').getSnapshot().calls).toEqual(first?.client.department('icu').getSnapshot().calls);
      expect(tab.client.proof('icu').snapshots).toBe(1);
    }
  });

  it('answer each command where it was given', async () => {
    const call = server.press('icu');
    const tabs = await Promise.all([new Tab().live(), new Tab().live()]);
    const answers = await Promise.allSettled(tabs.map(({ client }) => client.calls.accept(call.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(server.effects).toHaveLength(1);
  });

  it('do not notice one that comes later: it begins with a picture of its own, they miss nothing', async () => {
    const first = await new Tab().live();
    for (let n = 0; n < 3; n++) server.press('icu');
    const second = new Tab();
    server.press('icu');
    await second.live();
    server.press('icu');
    await first.has([1, 2, 3, 4, 5]);
    await vi.waitFor(() => {
      expect(second.client.department('icu').getSnapshot().seq).toBe(5);
    }, PATIENCE);
    expect(first.client.proof('icu').snapshots).toBe(1);
    expect(second.client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
    expect(second.client.department('icu').getSnapshot().calls).toEqual(first.client.department('icu').getSnapshot().calls);
  });

  it('follow what each of them wants, the first one too when another had it before', async () => {
    const first = await new Tab([webSocket()], ['med']).live();
    const second = await new Tab([webSocket()], ['icu']).live();
    server.press('icu');
    await second.has([1]);
    expect(first.events).toEqual([]);
    first.client.department('icu').on('*', (event) => first.events.push(event));
    await vi.waitFor(() => {
      expect(first.client.department('icu').getSnapshot()).toMatchObject({ live: true, seq: 1 });
    }, PATIENCE);
    server.press('icu');
    await first.has([2]);
    await second.has([1, 2]);
  });

  it.each(WAYS)('go on without a hole over %s when the tab with the connection closes', async (_, make) => {
    const [leader, ...others] = await Promise.all([new Tab([make()]).live(), new Tab([make()]).live(), new Tab([make()]).live()]);
    server.press('icu');
    for (const tab of others) await tab.has([1]);
    leader.client.close();
    server.press('icu');
    for (const tab of others) await tab.has([1, 2]);
    for (const tab of others) await tab.live();
    server.press('icu');
    for (const tab of others) await tab.has([1, 2, 3]);
    expect(server.connections).toBeLessThanOrEqual(1);
  });

  it('repair a hole for the tab that has it alone', async () => {
    const [first, second] = await Promise.all([new Tab().live(), new Tab().live()]);
    server.press('icu');
    await first.has([1]);
    server.lose('icu');
    server.press('icu');
    server.press('icu');
    for (const tab of [first, second])
      await vi.waitFor(() => {
        expect(tab.seqs).toEqual([1, 2, 3]);
        expect(tab.client.status.phase).toBe('live');
      }, PATIENCE);
    expect(first.client.proof('icu')).toMatchObject({ gaps: 1, snapshots: 1, duplicatesDropped: 0 });
  });

  it('take the lead from a tab that is frozen', async () => {
    let thaw: () => void = () => undefined;
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const stolen = page.locks.request(`wardline:${server.url}:websocket`, () => frozen).catch(() => 'stolen');
    const tab = await new Tab().live();
    expect(await stolen).toBe('stolen');
    server.press('icu');
    await tab.has([1]);
    thaw();
  });
});
