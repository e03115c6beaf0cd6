import { z } from 'zod';
import { choice, integer, optionalInteger, rate } from './setting.js';

/** Sockets, their limits, and the feeds behind them. */
export const realtimeSettings = z.object({
  MAX_CONNECTIONS: integer(500, { doc: 'Sockets of this node; the sizing recipe is in docs/.' }, { min: 1, max: 1_000_000 }),
  WARN_THRESHOLD: integer(
    400,
    {
      doc: 'From here on only resuming sessions, nurses on shift, managers and administrators get in. Not given: at most MAX_CONNECTIONS.',
    },
    { min: 1, max: 1_000_000 },
  ),
  MEMORY_PER_CONNECTION_KB: optionalInteger(
    { doc: 'Used to warn at the start when MAX_CONNECTIONS cannot fit.', defaultNote: '16, 48 with TLS in the process' },
    '48',
    { min: 1 },
  ),
  OWNER_CAPACITY: integer(4096, { doc: 'Users with a connection, cluster-wide.' }, { min: 1 }),
  ROOM_MEMBERS_CAPACITY: integer(16_384, { doc: 'Members of all rooms, cluster-wide.' }, { min: 1 }),
  MAX_CONNECTIONS_PER_SESSION: integer(5, { doc: 'More than this and the oldest one closes 4009.' }, { min: 1, max: 1000 }),
  MAX_CONNECTIONS_PER_USER: integer(10, { doc: 'More than this are closed 4013.' }, { min: 1, max: 1000 }),
  CONNECT_RATE_LIMIT: rate(
    { count: 100, seconds: 10 },
    { doc: 'Upgrades per address / seconds that come without a valid session; 0 turns it off.' },
  ),
  CLIENT_RATE_LIMIT: rate({ count: 50, seconds: 10 }, { doc: 'Messages per client / seconds; 0 turns it off.' }),
  ROOM_RATE_LIMIT: rate({ count: 100, seconds: 60 }, { doc: 'Pushes per room / seconds; 0 turns it off.' }),
  HANDSHAKE_TIMEOUT_SEC: integer(10, { doc: 'A TLS and HTTP handshake not finished by then is cut.' }, { min: 1, max: 300 }),
  MAX_PAYLOAD_BYTES: integer(65_536, { doc: 'A larger frame closes 1009.' }, { min: 1024, max: 16_777_216 }),
  MAX_PROTOCOL_ERRORS: integer(10, { doc: 'This many in a minute close 1008.' }, { min: 1, max: 10_000 }),
  MAX_PENDING_MESSAGES: integer(100, { doc: "Messages that wait in a slow socket's outbox." }, { min: 1, max: 100_000 }),
  SLOW_CONSUMER_BYTES: integer(4_194_304, { doc: 'Bytes a slow socket may hold, what is unsent included.' }, { min: 65_536 }),
  OVERFLOW_POLICY: choice(['drop_oldest_non_critical', 'disconnect'], 'drop_oldest_non_critical', {
    doc: 'The reaction to a full outbox.',
  }),
  HEARTBEAT_CHECK_INTERVAL_SEC: integer(30, { doc: 'Interval of protocol pings.' }, { min: 1, max: 3600 }),
  HEARTBEAT_IDLE_SEC: integer(90, { doc: 'Nothing heard for this long closes 4040.' }, { min: 2, max: 86_400 }),
  POLL_INTERVAL_MS: integer(500, { doc: 'The net under the wake-ups (200 suits a staging system).' }, { min: 10, max: 60_000 }),
  POLL_BATCH_SIZE: integer(50, { doc: 'Events read at once per department.' }, { min: 1, max: 1000 }),
  REPLAY_LIMIT: integer(1000, { doc: 'Events replayed on resume before a snapshot is cheaper.' }, { max: 1_000_000 }),
});
export type RealtimeSettings = z.infer<typeof realtimeSettings>;
