import { z } from 'zod';
import { integer, list, optionalName, optionalUrl } from './setting.js';

/** Several nodes as one. */
export const clusterSettings = z.object({
  REDIS_URL: optionalUrl(
    ['redis:', 'rediss:'],
    { doc: 'Redis 7 or Valkey: makes nodes one cluster.', defaultNote: 'none: one node, in memory', secret: true },
    'redis://127.0.0.1:6379',
  ),
  SERVER_ID: optionalName({ doc: 'Unique in the cluster.', defaultNote: 'hostname:pid:random' }, 'ward-a-1'),
  SERVER_HEARTBEAT_SEC: integer(30, { doc: "Interval of a node's heartbeat." }, { min: 1, max: 3600 }),
  SERVER_STALE_SEC: integer(90, { doc: 'A node silent for this long is dead.' }, { min: 2, max: 86_400 }),
  SERVER_GC_INTERVAL_SEC: integer(60, { doc: 'Interval of the sweep that removes what dead nodes left.' }, { min: 1, max: 86_400 }),
  CHANNEL_HMAC_SECRETS: list(
    { doc: 'Signs what crosses the bus. Comma list; the first signs, all verify. 32 characters or more each.', secret: true },
    'a-secret-of-at-least-32-characters',
    z.string().min(32, 'must be secrets of at least 32 characters each'),
  ),
});
export type ClusterSettings = z.infer<typeof clusterSettings>;
