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
  const session = { isOver: false };
  const client = createClient({
    url: server.url,
    WebSocket: server.WebSocket,
    fetch: (input, init) =>
      session.isOver && new Request(input).url.endsWith('/auth/session') ? Promise.resolve(refused()) : server.fetch(input, init),
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
});
