type Kind = 'counter' | 'gauge' | 'histogram';

/** Every name that dashboards and alert rules rely on, its kind, and the labels that it has. */
export const METRICS: Readonly<Record<string, readonly [Kind, ...labels: string[]]>> = {
  ws_connections: ['gauge'],
  ws_connections_total: ['counter'],
  ws_connections_active_total: ['gauge'],
  ws_memory_usage_bytes: ['gauge'],
  ws_message_rate: ['gauge'],
  ws_error_count: ['counter'],
  ws_messages_failed_total: ['counter'],
  ws_frame_size_bytes: ['histogram'],
  memory_usage_percent: ['gauge'],
  pending_calls_count: ['gauge'],
  avg_assign_time_ms: ['gauge'],
  failed_assignments_rate: ['gauge'],
  poll_duration_avg: ['gauge'],
  wardline_commit_to_socket_seconds: ['histogram'],
  wardline_call_accept_seconds: ['histogram', 'type'],
  wardline_escalation_lateness_seconds: ['histogram'],
  wardline_poll_seconds: ['histogram'],
  wardline_outbox_depth: ['gauge'],
  wardline_ws_closes_total: ['counter', 'code'],
  wardline_ws_rejected_total: ['counter', 'reason'],
  wardline_events_skipped_total: ['counter'],
  wardline_resume_total: ['counter', 'recovered'],
  wardline_ws_rtt_seconds: ['histogram'],
  wardline_ws_bytes_total: ['counter', 'direction'],
  wardline_department_unattended: ['gauge', 'dept'],
  wardline_server_state: ['gauge', 'state'],
  wardline_tls_errors_total: ['counter'],
  wardline_tls_cert_expiry_seconds: ['gauge'],
  wardline_login_queue_depth: ['gauge'],
  // What alerts need beside them.
  wardline_ws_connections_max: ['gauge'],
  wardline_escalation_overdue: ['gauge'],
  wardline_server_heartbeat_age_seconds: ['gauge'],
  wardline_dead_nodes_total: ['counter'],
  wardline_database_up: ['gauge'],
  // Node's own.
  nodejs_eventloop_lag_seconds: ['gauge'],
  nodejs_eventloop_lag_p99_seconds: ['gauge'],
  nodejs_gc_duration_seconds: ['histogram', 'kind'],
  process_resident_memory_bytes: ['gauge'],
  process_cpu_seconds_total: ['counter'],
  process_open_fds: ['gauge'],
};

/** Named by the contract, and not there yet: whoever adds one strikes it from this list. */
export const MISSING: ReadonlySet<string> = new Set(['avg_assign_time_ms', 'failed_assignments_rate']);
