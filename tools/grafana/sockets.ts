import { lines, NODES, number, percentile } from './panels.js';

const rejected = `sum by (instance) (rate(wardline_ws_rejected_total{${NODES}}[5m]))`;
const opened = `sum by (instance) (rate(ws_connections_total{${NODES}}[5m]))`;

/** Screens: are they connected, and do they keep up? */
export const sockets = {
  uid: 'wardline-sockets',
  title: 'Wardline: sockets',
  description: 'Screens: are they connected, and do they keep up?',
  panels: [
    number({
      title: 'Sockets',
      description: 'Of all nodes that are shown.',
      queries: { sockets: `sum(ws_connections{${NODES}})` },
    }),
    number({
      title: 'Turned away',
      description: 'Share of those who wanted a socket, of the worst node.',
      unit: 'percentunit',
      queries: { share: `max(${rejected} / (${rejected} + ${opened}))` },
      alerts: { WardlineConnectionFailuresHigh: '', WardlineConnectionFailuresCritical: '' },
    }),
    number({
      title: 'Messages that wait',
      description: 'For slow sockets, of the worst node.',
      queries: { messages: `max(wardline_outbox_depth{${NODES}})` },
      alerts: { WardlineMessagesQueued: '' },
    }),
    number({
      title: 'Certificate ends in',
      description: 'Days. Nothing where a proxy has the certificate.',
      unit: 'd',
      queries: { days: `min(wardline_tls_cert_expiry_seconds{${NODES}}) / 86400` },
      alerts: { WardlineCertificateEnds: '', WardlineCertificateEndsNow: '' },
    }),
    number({
      title: 'TLS errors a minute',
      description: 'Of the worst node.',
      queries: { errors: `max(rate(wardline_tls_errors_total{${NODES}}[5m])) * 60` },
      alerts: { WardlineTlsErrors: '' },
    }),
    number({
      title: 'Sign-ins that wait',
      description: 'For their password to be checked.',
      queries: { sign_ins: `sum(wardline_login_queue_depth{${NODES}})` },
    }),
    lines({
      title: 'Sockets by node',
      description: 'The alert fires over the limit, 80 % of MAX_CONNECTIONS.',
      queries: {
        '{{instance}}': `ws_connections{${NODES}}`,
        'limit of {{instance}}': `0.8 * wardline_ws_connections_max{${NODES}}`,
      },
    }),
    lines({
      title: 'Sockets of all nodes',
      description: 'Alerts fire below the half and above the double of the last half hour.',
      queries: {
        sockets: 'sum(ws_connections{job="$job"})',
        half: '0.5 * sum(avg_over_time(ws_connections{job="$job"}[30m]))',
        double: '2 * sum(avg_over_time(ws_connections{job="$job"}[30m]))',
      },
    }),
    lines({
      title: 'Opened and resumed',
      description: 'A minute. A resume that is not recovered starts from a snapshot.',
      queries: {
        opened: `sum(rate(ws_connections_total{${NODES}}[$__rate_interval])) * 60`,
        'resumed, recovered {{recovered}}': `sum by (recovered) (rate(wardline_resume_total{${NODES}}[$__rate_interval])) * 60`,
      },
    }),
    lines({
      title: 'Turned away',
      description: 'Share of those who wanted a socket.',
      unit: 'percentunit',
      queries: { '{{instance}}': `${rejected} / (${rejected} + ${opened})` },
      alerts: { WardlineConnectionFailuresHigh: '', WardlineConnectionFailuresCritical: '' },
    }),
    lines({
      title: 'Turned away, by reason',
      description: 'A minute.',
      queries: { '{{reason}}': `sum by (reason) (rate(wardline_ws_rejected_total{${NODES}}[$__rate_interval])) * 60` },
    }),
    lines({
      title: 'Closed, by code',
      description: 'A minute. 1006 is a network that went; 1002, 1007 and 1009 are bad frames; 4008 reads too slowly.',
      queries: { '{{code}}': `sum by (code) (rate(wardline_ws_closes_total{${NODES}}[$__rate_interval])) * 60` },
    }),
    lines({
      title: 'Errors',
      description: 'A minute: bad frames and network failures.',
      queries: { '{{instance}}': `rate(ws_error_count{${NODES}}[2m]) * 60` },
      alerts: { WardlineErrorsHigh: '', WardlineErrorsCritical: '' },
    }),
    lines({
      title: 'Messages that wait',
      description: 'For slow sockets.',
      queries: { '{{instance}}': `wardline_outbox_depth{${NODES}}` },
      alerts: { WardlineMessagesQueued: '' },
    }),
    lines({
      title: 'Messages that did not get there',
      description: 'A minute. Skipped events are never those of a call.',
      queries: {
        failed: `sum(rate(ws_messages_failed_total{${NODES}}[$__rate_interval])) * 60`,
        skipped: `sum(rate(wardline_events_skipped_total{${NODES}}[$__rate_interval])) * 60`,
      },
    }),
    lines({
      title: 'Round trip',
      description: 'From a ping to its answer: the networks of the wards.',
      unit: 's',
      queries: { p50: percentile(0.5, 'wardline_ws_rtt_seconds'), p99: percentile(0.99, 'wardline_ws_rtt_seconds') },
    }),
    lines({
      title: 'Messages',
      description: 'A second, both ways.',
      queries: { '{{instance}}': `ws_message_rate{${NODES}}` },
    }),
    lines({
      title: 'Bytes',
      description: 'A second.',
      unit: 'Bps',
      queries: { '{{direction}}': `sum by (direction) (rate(wardline_ws_bytes_total{${NODES}}[$__rate_interval]))` },
    }),
    lines({
      title: 'Sign-ins',
      description: 'Within ten minutes. The alert needs a quarter of refused ones, too.',
      queries: { '{{result}}': `sum by (result) (increase(wardline_sign_ins_total{${NODES}}[10m]))` },
      alerts: { WardlineSignInsRefused: '' },
    }),
    lines({
      title: 'Over a rate limit',
      description: 'A minute, by the kind of limit.',
      queries: { '{{kind}}': `sum by (kind) (rate(wardline_rate_limited_total{${NODES}}[$__rate_interval])) * 60` },
    }),
    lines({
      title: 'TLS errors',
      description: 'A minute.',
      queries: { '{{instance}}': `rate(wardline_tls_errors_total{${NODES}}[5m]) * 60` },
      alerts: { WardlineTlsErrors: '' },
    }),
  ],
};
