import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createClient, type EventFrame, type Wardline, WardlineError } from './index.js';
import { createFakeServer, type FakeServer } from './testing/index.js';

const open: { close(): void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
  vi.useRealTimers();
});

function setup(options: Parameters<typeof createClient>[0] = {}): { server: FakeServer; client: Wardline; events: EventFrame[] } {
  const server = createFakeServer();
  const client = createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket, ...options });
  open.push(client, server);
  const events: EventFrame[] = [];
  return { server, client, events };
}

async function follow({ client, events }: { client: Wardline; events: EventFrame[] }): Promise<void> {
  client.department('icu').on('*', (event) => events.push(event));
  await vi.waitFor(() => {
    expect(client.status.phase).toBe('live');
  });
}

const seqs = (events: readonly EventFrame[]) => events.map(({ seq }) => seq);

describe('createClient', () => {
  it('opens nothing until a department is followed, and ends everything with close()', async () => {
    const { server, client, events } = setup();
    await Promise.resolve();
    expect(server.connections).toBe(0);
    await follow({ client, events });
    expect(server.connections).toBe(1);
    client.close();
    await vi.waitFor(() => {
      expect(server.connections).toBe(0);
    });
    expect(client.status).toMatchObject({ phase: 'stopped', reason: 'closed' });
    await expect(client.calls.accept('x')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('builds the picture from the snapshot and each event, and keeps the same object until something changes', async () => {
    const { server, client, events } = setup();
    server.press('icu');
    await follow({ client, events });
    const icu = client.department('icu');
    const before = icu.getSnapshot();
    expect(before.calls).toHaveLength(1);
    expect(icu.getSnapshot()).toBe(before);
    const urgent = server.press('icu', { priority: 20 });
    await vi.waitFor(() => {
      expect(icu.getSnapshot().calls.map(({ id }) => id)).toEqual([urgent.id, before.calls[0]?.id]);
    });
    server.change(urgent.id, 'call.completed', { state: 'completed' });
    await vi.waitFor(() => {
      expect(icu.getSnapshot().calls).toHaveLength(1);
    });
    expect(client.proof('icu')).toEqual({ events: 2, snapshots: 1, skippedFetched: 0, gaps: 0, duplicatesDropped: 0 });
  });

  it('goes on where it was after a cut, without a gap or a duplicate', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    await follow({ client, events });
    server.press('icu');
    await vi.advanceTimersByTimeAsync(1);
    server.cut();
    server.press('icu');
    await vi.advanceTimersByTimeAsync(1);
    expect(client.status.phase).toBe('connecting');
    expect(client.department('icu').getSnapshot().live).toBe(false);
    await vi.advanceTimersByTimeAsync(1500);
    expect(client.status.phase).toBe('live');
    expect(seqs(events)).toEqual([1, 2]);
    expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0, snapshots: 1 });
  });

  it('fetches a skipped range, and applies what came later after it', async () => {
    const { server, client, events } = setup();
    await follow({ client, events });
    server.skip('icu', 3);
    for (let n = 0; n < 5; n += 1) server.press('icu');
    await vi.waitFor(() => {
      expect(seqs(events)).toEqual([1, 2, 3, 4, 5]);
    });
    expect(client.proof('icu')).toMatchObject({ skippedFetched: 3, gaps: 0 });
    expect(client.department('icu').getSnapshot().calls).toHaveLength(5);
  });

  it('notices a hole that nothing explains, reports it and repairs the picture', async () => {
    const { server, client, events } = setup();
    const faults: string[] = [];
    client.on('fault', ({ code }) => faults.push(code));
    await follow({ client, events });
    server.lose('icu');
    server.press('icu');
    server.press('icu');
    await vi.waitFor(() => {
      expect(client.department('icu').getSnapshot()).toMatchObject({ seq: 2, live: true });
    });
    expect(faults).toEqual(['GAP']);
    expect(client.proof('icu').gaps).toBe(1);
    expect(client.department('icu').getSnapshot().calls).toHaveLength(2);
  });

  it('begins with a snapshot where the history is another one', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    server.press('icu');
    await follow({ client, events });
    server.newEpoch();
    await vi.advanceTimersByTimeAsync(1500);
    expect(client.status.phase).toBe('live');
    expect(client.proof('icu').snapshots).toBe(2);
    expect(client.department('icu').getSnapshot().epoch).toBe('epoch-2');
  });

  it('says stale after two heartbeats of silence, and is live again by itself', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    await follow({ client, events });
    const phases: string[] = [];
    client.on('status', ({ phase }) => phases.push(phase));
    server.stall(true);
    await vi.advanceTimersByTimeAsync(51_000);
    expect(phases[0]).toBe('stale');
    server.stall(false);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(client.status.phase).toBe('live');
  });

  it.each([4001, 4003, 4009, 4401])('stops on %i', async (code) => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    server.press('icu');
    await follow({ client, events });
    const ended: string[] = [];
    client.on('signed_out', ({ reason }) => ended.push(reason));
    server.cut(code);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(client.status.phase).toBe('stopped');
    expect(server.connections).toBe(0);
    const isCleared = code === 4401 || code === 4001;
    expect(client.department('icu').getSnapshot().calls).toHaveLength(isCleared ? 0 : 1);
    expect(ended).toEqual(isCleared ? ['revoked'] : []);
  });

  it('acknowledges what was shown, at most five times a second', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    await follow({ client, events });
    for (let n = 0; n < 50; n += 1) {
      server.press('icu');
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(300);
    expect(server.acks.at(-1)).toEqual({ dept: 'icu', seq: 50 });
    expect(server.acks.length).toBeLessThanOrEqual(8);
  });

  it.each([
    ['by the back-off', undefined, 5000],
    ['when the server says', 20, 20_100],
  ])('asks again for a department that is refused for a time: %s', async (_, retry_after, ms) => {
    vi.useFakeTimers();
    const { server, client } = setup();
    server.press('icu');
    server.refuseSubscribes(1, { code: 'UNAVAILABLE', retryable: true, ...(retry_after !== undefined && { retry_after }) });
    client.department('icu').subscribe(() => undefined);
    await vi.advanceTimersByTimeAsync(ms - 2000);
    expect(client.status.phase).toBe('connecting');
    expect(client.department('icu').getSnapshot()).toMatchObject({ live: false });
    await vi.advanceTimersByTimeAsync(2000);
    expect(client.status.phase).toBe('live');
    expect(client.department('icu').getSnapshot()).toMatchObject({ live: true, seq: 1 });
  });

  it('says that a department is refused for good, and asks for it again on the next connection', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    server.press('icu');
    await follow({ client, events });
    server.endMembership('icu');
    await vi.advanceTimersByTimeAsync(10);
    const icu = client.department('icu');
    expect(icu.getSnapshot()).toEqual({ calls: [], staff: [], seq: 0, epoch: '', live: false, refused: 'NOT_FOUND' });
    server.cut();
    await vi.advanceTimersByTimeAsync(2000);
    expect(icu.getSnapshot().refused).toBe('NOT_FOUND');
    expect(client.status.phase).toBe('live');
    server.beginMembership('icu');
    server.cut();
    await vi.advanceTimersByTimeAsync(2000);
    expect(icu.getSnapshot()).toMatchObject({ live: true, seq: 1 });
    expect(icu.getSnapshot().refused).toBeUndefined();
  });

  it('lets a department go with the last listener', async () => {
    vi.useFakeTimers();
    const { server, client } = setup();
    const icu = client.department('icu');
    const undos = [icu.subscribe(() => undefined), icu.on('call.pending', () => undefined)];
    await vi.advanceTimersByTimeAsync(10);
    expect(server.connections).toBe(1);
    undos[0]?.();
    undos[0]?.();
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.connections).toBe(1);
    undos[1]?.();
    await vi.advanceTimersByTimeAsync(2000);
    expect(server.connections).toBe(0);
  });
});

describe('commands', () => {
  it('settle once, with the call or with a typed error that carries it', async () => {
    const { server, client, events } = setup();
    const call = server.press('icu');
    await follow({ client, events });
    expect(await client.calls.accept(call.id)).toMatchObject({ state: 'accepted' });
    const lost = await client.calls.accept(call.id).catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(WardlineError);
    expect(lost).toMatchObject({ code: 'CALL_ALREADY_ACCEPTED', retryable: false, details: { call: { id: call.id } } });
  });

  it('are sent again with the same key when the answer is lost, and have one effect', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    const call = server.press('icu');
    await follow({ client, events });
    server.loseAnswers(1);
    const accepted = client.calls.accept(call.id);
    await vi.advanceTimersByTimeAsync(10);
    server.cut();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await accepted).toMatchObject({ state: 'accepted' });
    expect(server.effects.map(([type]) => type)).toEqual(['call.accept']);
  });

  it('go over HTTP where no department is followed', async () => {
    const { server, client } = setup();
    const call = server.press('icu');
    expect(await client.calls.accept(call.id)).toMatchObject({ state: 'accepted' });
    expect(server.connections).toBe(0);
  });

  it('expire: an accept that is older than a minute is not sent any more', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    const call = server.press('icu');
    await follow({ client, events });
    server.unreachable(true);
    const accepted = client.calls.accept(call.id).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(await accepted).toMatchObject({ code: 'EXPIRED' });
    server.unreachable(false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.effects).toEqual([]);
  });

  it('are bounded: the hundred-and-first is refused', async () => {
    vi.useFakeTimers();
    const { server, client, events } = setup();
    await follow({ client, events });
    server.unreachable(true);
    const all = Array.from({ length: 101 }, () => client.shifts.start('icu').catch((error: unknown) => (error as WardlineError).code));
    expect(await all[100]).toBe('QUEUE_FULL');
  });
});

describe('a random history of cuts, skips and losses', () => {
  it('ends with the picture of a fresh snapshot, every event once and in order', async () => {
    const step = fc.oneof(
      fc.constant('press' as const),
      fc.constant('complete' as const),
      fc.constant('cut' as const),
      fc.constant('skip' as const),
      fc.constant('wait' as const),
      fc.constant('shift' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
        vi.useFakeTimers();
        const { server, client, events } = setup();
        await follow({ client, events });
        let shifts = 0;
        for (const one of steps) {
          if (one === 'press') server.press('icu', { priority: (steps.length % 3) * 10 });
          if (one === 'complete') {
            const call = client.department('icu').getSnapshot().calls[0];
            if (call && server.log('icu').length > 0) {
              try {
                server.change(call.id, 'call.completed', { state: 'completed' });
              } catch {
                // completed already, and the client has not heard of it
              }
            }
          }
          if (one === 'shift') {
            shifts += 1;
            const staff_id = `nurse-${String(shifts % 3)}`;
            const type = shifts % 2 === 0 ? 'nurse.shift_ended' : 'nurse.shift_started';
            const fields = { staff_id, shift_id: `shift-${String(shifts)}`, role: 'nurse' };
            const staff = { ...fields, name: staff_id, on_duty_since: new Date().toISOString(), paused_until: null, responsive: true };
            server.append('icu', type, { ...fields, staff });
          }
          if (one === 'cut') server.cut();
          if (one === 'skip') server.skip('icu', 2);
          if (one === 'wait') await vi.advanceTimersByTimeAsync(700);
        }
        server.press('icu');
        server.press('icu');
        server.press('icu');
        await vi.advanceTimersByTimeAsync(60_000);
        const fresh = createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket });
        open.push(fresh);
        fresh.department('icu').subscribe(() => undefined);
        await vi.advanceTimersByTimeAsync(100);
        const picture = client.department('icu').getSnapshot();
        expect(picture).toEqual(fresh.department('icu').getSnapshot());
        expect(seqs(events)).toEqual(server.log('icu').map(({ seq }) => seq));
        expect(client.proof('icu')).toMatchObject({ gaps: 0, duplicatesDropped: 0 });
        client.close();
        fresh.close();
        server.close();
      }),
      { numRuns: 60 },
    );
  });
});
