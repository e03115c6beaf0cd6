import type { Protocol, Wardline } from '@wardline/client';

/**
 * Calls `work` on each return to `live`, not at once: what was read before may be old.
 * @returns its end
 */
export function onLive<P extends Protocol>(client: Wardline<P>, work: () => void): () => void {
  let wasLive = client.status.phase === 'live';
  return client.on('status', ({ phase }) => {
    const isBack = phase === 'live' && !wasLive;
    wasLive = phase === 'live';
    if (isBack) work();
  });
}
