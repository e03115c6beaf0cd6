import { lineOutput } from '../../platform/logging/line-output.js';
import { Logger } from '../../platform/logging/logger.js';
import { MemoryGauge } from '../health/memory-gauge.js';
import { StatsHistory } from './stats-history.service.js';
import { scrapedCounter, scrapedGauge } from '../../platform/metrics/metric-providers.js';

/** Metrics of the process as a whole. */
export const processMetricProviders = [
  scrapedGauge({ name: 'memory_usage_percent', help: 'RSS against MAX_MEMORY_MB.' }, MemoryGauge, (gauge, memory) => {
    gauge.set(memory.percent);
  }),
  scrapedGauge(
    { name: 'ws_memory_usage_bytes', help: 'Resident memory of the process that holds the sockets.' },
    MemoryGauge,
    (gauge, memory) => {
      gauge.set(memory.usedBytes);
    },
  ),
  scrapedGauge(
    { name: 'ws_message_rate', help: 'Messages over sockets per second, both ways, mean of the last 10 to 20 seconds.' },
    StatsHistory,
    (gauge, history) => {
      gauge.set(history.messageRate);
    },
  ),
  scrapedCounter(
    {
      name: 'wardline_log_lines_lost_total',
      help: "Log lines that standard output did not take, the supervisor's included: its disk is full, or its reader gone.",
    },
    Logger,
    (counter) => {
      const { lost, lostBySupervisor } = lineOutput(1);
      counter.inc(lost + lostBySupervisor);
    },
  ),
];
