import { z } from 'zod';
import { choice, integer, optionalChoice, optionalInteger, optionalText, optionalUrl } from './setting.js';

/** Process, memory, logs, metrics, traces. */
export const operationsSettings = z.object({
  MAX_MEMORY_MB: optionalInteger(
    { doc: 'What memory_pct is a part of.', defaultNote: "the cgroup's limit, else the machine's memory" },
    '2048',
    { min: 64 },
  ),
  MEMORY_RESTART_THRESHOLD: integer(80, { doc: '% of MAX_MEMORY_MB, looked at every 10 s.' }, { min: 1, max: 100 }),
  SHUTDOWN_DRAIN_SEC: integer(10, { doc: 'How long a stopping node waits for outboxes to empty.' }, { max: 3600 }),
  RESTART_DRAIN_SEC: integer(30, { doc: 'The same for a memory restart.' }, { max: 3600 }),
  SHUTDOWN_RECONNECT_SEC: integer(5, { doc: 'Clients that must reconnect are spread over this time.' }, { min: 1, max: 3600 }),
  WORKER_STUCK_SEC: integer(10, { doc: 'A worker that has not beaten for so long is killed and replaced.' }, { min: 2, max: 3600 }),
  SUPERVISOR: optionalChoice(['off', 'on'], {
    doc: 'One parent that owns the port and replaces workers.',
    defaultNote: 'on for npm start, off when PID 1',
  }),
  WORKERS: integer(1, { doc: 'More than one needs REDIS_URL.' }, { min: 1, max: 64 }),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info', { doc: 'Least level that is logged.' }),
  LOG_FORMAT: optionalChoice(['json', 'pretty'], {
    doc: 'One JSON object a line, or lines for people.',
    defaultNote: 'json, pretty on a terminal',
  }),
  METRICS_TOKEN: optionalText(
    {
      doc: 'Bearer token for scraping /metrics. The start warns of one under 16 characters.',
      defaultNote: 'none: only from loopback, and not through a proxy',
      secret: true,
    },
    'a-long-random-token',
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalUrl(
    ['http:', 'https:'],
    { doc: 'OpenTelemetry collector.', defaultNote: 'none: tracing off' },
    'http://127.0.0.1:4318',
  ),
});
export type OperationsSettings = z.infer<typeof operationsSettings>;
