import { AttendanceRecord } from './attendance-record.js';
import { NodeRegistry } from './node-registry.js';
import { counterProvider, scrapedGauge } from '../../platform/metrics/metric-providers.js';

export const presenceMetricProviders = [
  scrapedGauge(
    {
      name: 'wardline_department_unattended',
      help: '1 while the department has open calls and nobody of its people is connected, else 0.',
      labelNames: ['dept'],
    },
    AttendanceRecord,
    async (gauge, record) => {
      // A scrape must not fail with the database: the last state remains, and `wardline_database_up` shows the failure.
      const departments = await record.read().catch(() => undefined);
      if (!departments) return;
      gauge.reset();
      for (const { dept, unattended } of departments) gauge.set({ dept }, unattended ? 1 : 0);
    },
  ),
  scrapedGauge(
    { name: 'wardline_server_heartbeat_age_seconds', help: "Since this node's heartbeat was last written to the database." },
    NodeRegistry,
    (gauge, node) => {
      gauge.set(node.heartbeatAge / 1000);
    },
  ),
  counterProvider({ name: 'wardline_dead_nodes_total', help: 'Other nodes that this one found dead: silent for SERVER_STALE_SEC.' }),
];
