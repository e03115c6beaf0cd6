import { createClient } from '@redis/client';

const CONNECT_TIMEOUT_MS = 2000;
/** A connection on which nothing has moved for this long is broken, and another one is made: the probe asks every second. */
const SILENCE_MS = 2500;
const MAX_QUEUED = 10_000;
const FIRST_RECONNECT_MS = 100;
const MAX_RECONNECT_MS = 5000;

/** Longer and longer, and never all nodes at once. */
function reconnectAfter(retries: number): number {
  return Math.min(MAX_RECONNECT_MS, FIRST_RECONNECT_MS * 2 ** Math.min(retries, 10)) * (0.5 + Math.random());
}

/** One connection, which comes back by itself and keeps nothing for later. Time limits are the link's. */
export function newRedisClient(url: string, name: string) {
  return createClient({
    url,
    name,
    disableOfflineQueue: true,
    commandsQueueMaxLength: MAX_QUEUED,
    maintNotifications: 'disabled',
    commandOptions: { timeout: 0 },
    socket: { connectTimeout: CONNECT_TIMEOUT_MS, socketTimeout: SILENCE_MS, reconnectStrategy: reconnectAfter },
  });
}

export type RedisClient = ReturnType<typeof newRedisClient>;
