import { LiveLimits } from '../../platform/limits/live-limits.service.js';
import { SocketStats } from '../statistics/socket-stats.service.js';
import { COUNTED_CODES } from '../connection/connections.js';
import { SocketTraffic } from './socket-traffic.service.js';
import {
  counterFromZero,
  counterProvider,
  gaugeProvider,
  histogramProvider,
  scrapedCounter,
  scrapedGauge,
} from '../../platform/metrics/metric-providers.js';

/** Reasons of refused upgrades that every node shows from its start; rarer ones appear with their first refusal. */
const USUAL_REASONS = [
  ...['auth_required', 'auth_invalid', 'password_change', 'forbidden', 'handshake', 'subprotocol', 'headers', 'internal'],
  ...['draining', 'connect_rate', 'capacity', 'user_capacity', 'owner_capacity'],
];

/** The metrics of this node's sockets. No label has a user, a call or an address; every label's values are a closed set. */
export const socketMetricProviders = [
  gaugeProvider({ name: 'ws_connections', help: 'Sockets and event streams of this node, closing ones included.' }),
  scrapedGauge({ name: 'wardline_ws_connections_max', help: 'MAX_CONNECTIONS of this node, as in force.' }, LiveLimits, (gauge, limits) => {
    gauge.set(limits.current.MAX_CONNECTIONS);
  }),
  counterProvider({ name: 'ws_connections_total', help: 'Sockets opened since the start.' }),
  scrapedGauge(
    { name: 'ws_connections_active_total', help: 'Sockets that are open, and not being closed.' },
    SocketTraffic,
    (gauge, traffic) => {
      gauge.set(traffic.activeCount);
    },
  ),
  counterProvider({ name: 'ws_error_count', help: 'Errors on sockets: bad frames and network failures.' }),
  scrapedCounter(
    { name: 'ws_messages_failed_total', help: 'Messages for a socket that did not get there: failed, dropped, or too late.' },
    SocketStats,
    (counter, stats) => {
      counter.inc(stats.undelivered);
    },
  ),
  histogramProvider({
    name: 'ws_frame_size_bytes',
    help: 'Size of the messages that clients send.',
    buckets: [64, 128, 256, 512, 1024, 4096, 16_384, 65_536],
  }),
  scrapedCounter(
    {
      name: 'wardline_ws_bytes_total',
      help: 'Bytes over sockets since their upgrade; with TLS, the plain bytes.',
      labelNames: ['direction'],
    },
    SocketTraffic,
    (counter, traffic) => {
      const { bytesIn, bytesOut } = traffic.totals();
      counter.inc({ direction: 'in' }, bytesIn);
      counter.inc({ direction: 'out' }, bytesOut);
    },
  ),
  histogramProvider({
    name: 'wardline_ws_rtt_seconds',
    help: 'From a ping to its answer, by frame or by protocol.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  }),
  counterFromZero(
    { name: 'wardline_ws_closes_total', help: 'Sockets closed, by close code.', labelNames: ['code'] },
    [...COUNTED_CODES, 'other'].map((code) => ({ code: String(code) })),
  ),
  counterFromZero(
    { name: 'wardline_ws_rejected_total', help: 'Upgrades turned down, by reason.', labelNames: ['reason'] },
    USUAL_REASONS.map((reason) => ({ reason })),
  ),
];
