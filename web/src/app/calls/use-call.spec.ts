import { createClient } from '@wardline/client';
import { createFakeServer } from '@wardline/client/testing';
import { expect, it, vi } from 'vitest';
import { watchCall } from './use-call.js';

it('a call that a new picture has no longer is old, although no event says so', async () => {
  const server = createFakeServer();
  const client = createClient({ url: server.url, fetch: server.fetch, WebSocket: server.WebSocket });
  const call = server.press('icu');
  const onOld = vi.fn();
  const undo = watchCall(client, 'icu', call.id, onOld);
  const until = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });
  await until(() => {
    expect(client.department('icu').getSnapshot().calls).toHaveLength(1);
  });
  expect(onOld).not.toHaveBeenCalled();
  server.unreachable(true);
  server.cut();
  server.change(call.id, 'call.completed', { state: 'completed' });
  server.newEpoch();
  server.unreachable(false);
  await until(() => {
    expect(onOld).toHaveBeenCalledOnce();
  });
  undo();
  client.close();
  server.close();
});
