import { createClient } from '@wardline/client';
import { createFakeServer } from '@wardline/client/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SessionEnd } from './session-end.js';

const undos: (() => void)[] = [];
afterEach(() => {
  for (const undo of undos.splice(0)) undo();
});

const refused = () =>
  new Response(JSON.stringify({ error: { code: 'UNAUTHENTICATED', message: 'sign in first', retryable: false } }), { status: 401 });

/** A live screen on the server in memory, whose session can be over. */
async function liveScreen() {
  const server = createFakeServer();
  const session: { isOver: boolean; endsAt?: number } = { isOver: false };
  const client = createClient({
    url: server.url,
    WebSocket: server.WebSocket,
    fetch: async (input, init) => {
      if (!new Request(input).url.endsWith('/auth/session')) return server.fetch(input, init);
      if (session.isOver) return refused();
      const answer = (await (await server.fetch(input, init)).json()) as Record<string, unknown>;
      const expires_at = session.endsAt && new Date(session.endsAt).toISOString();
      return Response.json({ ...answer, ...(expires_at && { expires_at }) });
    },
  });
  const ended = vi.fn();
  const end = new SessionEnd(client, ended);
  undos.push(client.department('icu').subscribe(() => undefined));
  undos.push(() => {
    end.close();
    client.close();
    server.close();
  });
  const isLive = () => {
    expect(client.status.phase).toBe('live');
  };
  await vi.waitFor(isLive);
  return { server, session, client, end, ended, isLive };
}

describe('the end of a session', () => {
  it('is noticed when the device comes back to a session that is over', async () => {
    const { server, session, ended } = await liveScreen();
    session.isOver = true;
    server.cut(4002);
    await vi.waitFor(() => {
      expect(ended).toHaveBeenCalledOnce();
    });
  });

  it('is none where the session lives: the screen goes on', async () => {
    const { server, client, ended, isLive } = await liveScreen();
    server.cut(4002);
    await vi.waitFor(() => {
      expect(client.status.phase).not.toBe('live');
    });
    await vi.waitFor(isLive, { timeout: 10_000 });
    expect(ended).not.toHaveBeenCalled();
  });

  it('is found by whoever asks to stay, too late', async () => {
    const { session, end, ended } = await liveScreen();
    session.isOver = true;
    await end.renew();
    expect(ended).toHaveBeenCalledOnce();
  });

  it('is not moved by who asks to stay beyond the longest time, and they are told', async () => {
    const { session, end } = await liveScreen();
    session.endsAt = Date.now() + 300_000;
    expect(await end.renew()).toBe(true);
    expect(await end.renew()).toBe(false);
    expect(end.get()).toBeGreaterThan(Date.now());
    session.endsAt = Date.now() + 3_600_000;
    expect(await end.renew()).toBe(true);
    expect(end.get()).toBeUndefined();
  });
});
