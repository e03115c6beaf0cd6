import { lines, NODES, number, states } from './panels.js';

/** Processes: do they run, and have they room? */
export const node = {
  uid: 'wardline-node',
  title: 'Wardline: node',
  description: 'Processes: do they run, and have they room?',
  panels: [
    number(
      {
        title: 'Answers',
        description: 'Whether each node answers Prometheus.',
        queries: { answers: `min(up{${NODES}})` },
        alerts: { WardlineNodeDown: '' },
      },
      { 0: 'no', 1: 'yes' },
    ),
    number({
      title: 'Memory',
      description: 'Of MAX_MEMORY_MB, of the worst node.',
      unit: 'percent',
      queries: { memory: `max(memory_usage_percent{${NODES}})` },
      alerts: { WardlineMemoryHigh: '', WardlineMemoryRestart: '', WardlineMemoryCritical: '' },
    }),
    number({
      title: 'Processor',
      description: 'Busy processors, of the worst node.',
      unit: 'percentunit',
      queries: { processor: `max(rate(process_cpu_seconds_total{${NODES}}[5m]))` },
      alerts: { WardlineCpuHigh: '' },
    }),
    number({
      title: 'Shortest uptime',
      description: 'Of the node that started last.',
      unit: 's',
      queries: { uptime: `time() - max(process_start_time_seconds{${NODES}})` },
    }),
    number({
      title: 'Log lines lost',
      description: 'Within five minutes.',
      queries: { lines: `sum(increase(wardline_log_lines_lost_total{${NODES}}[5m]))` },
      alerts: { WardlineLogLinesLost: '' },
    }),
    number({
      title: "Failures of the hospital's own code",
      description: 'Within five minutes.',
      queries: { failures: `sum(increase(wardline_extension_failures_total{${NODES}}[5m]))` },
      alerts: { WardlineExtensionFailing: '' },
    }),
    states(
      {
        title: 'Answers',
        description: 'Red: the node does not answer Prometheus.',
        queries: { '{{instance}}': `up{${NODES}}` },
        alerts: { WardlineNodeDown: '' },
      },
      { 0: 'no', 1: 'yes' },
    ),
    states(
      {
        title: 'Error',
        description: 'Red: the node is in the state error, and takes no new client.',
        queries: { '{{instance}}': `wardline_server_state{${NODES}, state="error"}` },
        alerts: { WardlineServerError: '' },
      },
      { 0: 'no', 1: 'error' },
    ),
    lines({
      title: 'Memory',
      description: 'Of MAX_MEMORY_MB. The node restarts itself at MEMORY_RESTART_THRESHOLD.',
      unit: 'percent',
      queries: { '{{instance}}': `memory_usage_percent{${NODES}}` },
      alerts: { WardlineMemoryHigh: '', WardlineMemoryRestart: '', WardlineMemoryCritical: '' },
    }),
    lines({
      title: 'Memory that stays',
      description: 'The lowest value of each hour, without what the collector frees: it must not climb for hours.',
      unit: 'bytes',
      queries: {
        'lowest of {{instance}}': `min_over_time(ws_memory_usage_bytes{${NODES}}[1h])`,
        'heap of {{instance}}': `nodejs_heap_size_used_bytes{${NODES}}`,
      },
    }),
    lines({
      title: 'Processor',
      description: 'Busy processors. One node turns one event loop.',
      unit: 'percentunit',
      queries: { '{{instance}}': `rate(process_cpu_seconds_total{${NODES}}[5m])` },
      alerts: { WardlineCpuHigh: '' },
    }),
    lines({
      title: 'Event loop lag',
      description: 'The 99th percentile: each press waits for it.',
      unit: 's',
      queries: { '{{instance}}': `nodejs_eventloop_lag_p99_seconds{${NODES}}` },
    }),
    lines({
      title: 'Garbage collection',
      description: 'Seconds of each second.',
      unit: 'percentunit',
      queries: { '{{instance}}': `sum by (instance) (rate(nodejs_gc_duration_seconds_sum{${NODES}}[$__rate_interval]))` },
    }),
    lines({
      title: 'Open files',
      description: 'And the limit of the process.',
      queries: { '{{instance}}': `process_open_fds{${NODES}}`, 'limit of {{instance}}': `process_max_fds{${NODES}}` },
    }),
    lines({
      title: 'State',
      description: 'Nodes by their state: starting, running, draining, stopped, error.',
      queries: { '{{state}}': `sum by (state) (wardline_server_state{${NODES}})` },
    }),
    lines({
      title: 'Starts',
      description: 'Of each node within half an hour.',
      queries: { '{{instance}}': `changes(process_start_time_seconds{${NODES}}[30m])` },
      alerts: { WardlineStateFlapping: 'process_start_time_seconds' },
    }),
    lines({
      title: "Failures of the hospital's own code",
      description: 'Within five minutes, by extension point.',
      queries: { '{{point}}, {{reason}}': `sum by (point, reason) (increase(wardline_extension_failures_total{${NODES}}[5m]))` },
      alerts: { WardlineExtensionFailing: '' },
    }),
  ],
};
