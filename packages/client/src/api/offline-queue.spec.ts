import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient, offlineQueue, type Wardline, WardlineError } from '../index.js';
import { createFakeServer, type FakeServer } from '../testing/index.js';
import { enterPage, type MemoryPage } from '../testing/memory-page.js';

let page: MemoryPage;
let server: FakeServer;
const open: { close(): void }[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  page = enterPage();
  server = createFakeServer();
});
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  server.close();
  page.leave();
  vi.useRealTimers();
});

async function tab(from: FakeServer = server): Promise<Wardline> {
  const { url, fetch, WebSocket } = from;
  const client = createClient({ url, fetch, WebSocket, queue: offlineQueue(page.storage) });
  open.push(client);
  client.department('icu').subscribe(() => undefined);
  await vi.advanceTimersByTimeAsync(100);
  return client;
}
const codeOf = (error: unknown) => (error as WardlineError).code;
const effects = () => server.effects.map(([type]) => type);

describe('commands that are kept', () => {
  it('are sent by the next tab, in order and once', async () => {
    const first = await tab();
    const call = server.press('icu');
    server.unreachable(true);
    const left = ['accept', 'arrive', 'complete'] as const;
    for (const verb of left) first.calls[verb](call.id).catch(codeOf);
    first.close();
    server.unreachable(false);
    await tab();
    await vi.advanceTimersByTimeAsync(2000);
    expect(effects()).toEqual(['call.accept', 'call.arrive', 'call.complete']);
    expect(page.kept.size).toBe(0);
  });

  it('are sent by a tab that was open already, and by one of several alone', async () => {
    const first = await tab();
    const others = [await tab(), await tab()];
    const call = server.press('icu');
    server.unreachable(true);
    first.calls.accept(call.id).catch(codeOf);
    await vi.advanceTimersByTimeAsync(100);
    server.unreachable(false);
    first.close();
    await vi.advanceTimersByTimeAsync(3000);
    expect(others.map(({ status }) => status.phase)).toEqual(['live', 'live']);
    expect(effects()).toEqual(['call.accept']);
    expect(page.kept.size).toBe(0);
  });

  it('wait for their own tab as long as it lives', async () => {
    const first = await tab();
    const call = server.press('icu');
    server.loseAnswers(1);
    const accepted = first.calls.accept(call.id);
    await tab();
    await vi.advanceTimersByTimeAsync(1000);
    expect(page.kept.size).toBe(1);
    await vi.advanceTimersByTimeAsync(12_000); // sent again with its key
    expect(await accepted).toMatchObject({ state: 'accepted' });
    expect(effects()).toEqual(['call.accept']);
    expect(page.kept.size).toBe(0);
  });

  it('are not sent by another person, and not after a sign-out', async () => {
    const first = await tab();
    const call = server.press('icu');
    server.unreachable(true);
    const left = first.shifts.start('icu').catch(codeOf);
    first.close();
    expect(await left).toBe('CLOSED');
    server.unreachable(false);
    const second = createFakeServer({ user: { id: crypto.randomUUID(), name: 'Nurse Two', role: 'nurse', departments: ['icu'] } });
    open.push(second);
    await tab(second);
    await vi.advanceTimersByTimeAsync(3000);
    expect(second.effects).toEqual([]);
    expect(page.kept.size).toBe(1);

    const again = await tab();
    await vi.advanceTimersByTimeAsync(3000);
    expect(effects()).toEqual(['shift.start']);
    server.loseAnswers(1);
    const lost = again.calls.cancel(call.id).catch(codeOf);
    await again.signOut();
    expect(await lost).toBe('SIGNED_OUT');
    expect(page.kept.size).toBe(0);
  });

  it('are too old after their time: nobody sends them', async () => {
    const first = await tab();
    const call = server.press('icu');
    server.unreachable(true);
    first.calls.accept(call.id).catch(codeOf);
    first.close();
    await vi.advanceTimersByTimeAsync(61_000);
    server.unreachable(false);
    await tab();
    await vi.advanceTimersByTimeAsync(3000);
    expect(effects()).toEqual([]);
  });
});
