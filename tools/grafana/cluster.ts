import { lines, NODES, number, percentile } from './panels.js';

const DOWN_UP = { 0: 'no', 1: 'yes' };

/** The database, Redis, and the nodes' knowledge of each other. */
export const cluster = {
  uid: 'wardline-cluster',
  title: 'Wardline: cluster and database',
  description: "The database, Redis, and the nodes' knowledge of each other.",
  panels: [
    number(
      {
        title: 'Database answers',
        description: 'To each node that is shown.',
        queries: { answers: `min(wardline_database_up{${NODES}})` },
        alerts: { WardlineDatabaseDown: '' },
      },
      DOWN_UP,
    ),
    number(
      {
        title: 'Database takes writes',
        description: 'From each node that is shown.',
        queries: { writes: `min(wardline_database_writable{${NODES}})` },
        alerts: { WardlineDatabaseReadOnly: 'wardline_database_writable' },
      },
      DOWN_UP,
    ),
    number(
      {
        title: 'Clock is right',
        description: "The database's time, as each node sees it.",
        queries: { right: `min(wardline_clock_ok{${NODES}})` },
        alerts: { WardlineClockWentBack: '' },
      },
      DOWN_UP,
    ),
    number(
      {
        title: 'Shared state can be used',
        description: 'Redis; always yes for one node alone.',
        queries: { usable: `min(wardline_cluster_up{${NODES}})` },
        alerts: { WardlineClusterDegraded: '' },
      },
      DOWN_UP,
    ),
    number({
      title: 'Last backup',
      description: 'Hours ago. A huge number: none was ever made.',
      unit: 'h',
      queries: { age: '(time() - max(wardline_last_backup_timestamp_seconds{job="$job"})) / 3600' },
      alerts: { WardlineBackupOld: '' },
    }),
    number({
      title: 'Redis memory',
      description: 'Of what it may use. Nothing for one node alone.',
      unit: 'percentunit',
      queries: { memory: `max(wardline_redis_memory_bytes{${NODES}} / wardline_redis_memory_limit_bytes{${NODES}})` },
      alerts: { WardlineRedisMemoryHigh: '' },
    }),
    lines({
      title: 'Heartbeats in the database',
      description: "Age of each node's own, in seconds.",
      unit: 's',
      queries: { '{{instance}}': `wardline_server_heartbeat_age_seconds{${NODES}}` },
      alerts: { WardlineHeartbeatStale: 'wardline_server_heartbeat_age_seconds' },
    }),
    lines({
      title: 'Nodes in Redis',
      description: 'By whether their heartbeat is stale, as the node that sees most of them says.',
      queries: { 'stale {{stale}}': `max by (stale) (wardline_cluster_servers{${NODES}})` },
    }),
    lines({
      title: 'Dead nodes',
      description: 'Found within five minutes.',
      queries: { '{{instance}}': `increase(wardline_dead_nodes_total{${NODES}}[5m])` },
      alerts: { WardlineHeartbeatStale: 'wardline_dead_nodes_total' },
    }),
    lines({
      title: 'Poll of the event log',
      description: 'One query on an index.',
      unit: 's',
      queries: { p50: percentile(0.5, 'wardline_poll_seconds'), p99: percentile(0.99, 'wardline_poll_seconds') },
    }),
    lines({
      title: 'Polls that failed, holes in a log',
      description: 'Within five minutes. Holes must stay 0.',
      queries: {
        'polls of {{instance}}': `increase(wardline_poll_failures_total{${NODES}}[5m])`,
        'holes of {{instance}}': `increase(wardline_event_gaps_total{${NODES}}[5m])`,
      },
    }),
    lines({
      title: 'Messages between nodes',
      description: 'A second. Nothing for one node alone.',
      queries: { '{{direction}}, {{kind}}': `sum by (direction, kind) (rate(wardline_bus_messages_total{${NODES}}[$__rate_interval]))` },
    }),
    lines({
      title: 'Redis memory',
      description: 'And what it may use.',
      unit: 'bytes',
      queries: { used: `max(wardline_redis_memory_bytes{${NODES}})`, limit: `max(wardline_redis_memory_limit_bytes{${NODES}})` },
    }),
    lines({
      title: 'Redis, of what it may use',
      description: 'Over the threshold it may soon take no writes.',
      unit: 'percentunit',
      queries: { memory: `max(wardline_redis_memory_bytes{${NODES}} / wardline_redis_memory_limit_bytes{${NODES}})` },
      alerts: { WardlineRedisMemoryHigh: '' },
    }),
    lines({
      title: 'Age of the last backup',
      description: 'Hours.',
      unit: 'h',
      queries: { age: '(time() - max(wardline_last_backup_timestamp_seconds{job="$job"})) / 3600' },
      alerts: { WardlineBackupOld: '' },
    }),
  ],
};
