import { lines, NODES, number, percentile, states } from './panels.js';

/** Calls: do they get to a screen, and are they answered? */
export const ward = {
  uid: 'wardline-ward',
  title: 'Wardline: ward',
  description: 'Calls: do they get to a screen, and are they answered?',
  panels: [
    number({
      title: 'Calls that wait',
      description: 'Nobody has accepted them, in the whole installation.',
      queries: { calls: 'max(pending_calls_count{job="$job"})' },
      alerts: { WardlineCallsPending: '' },
    }),
    number({
      title: 'Overdue escalations',
      description: 'Calls past their deadline that no engine has escalated.',
      queries: { calls: 'max(wardline_escalation_overdue{job="$job"})' },
      alerts: { WardlineEscalationOverdue: '' },
    }),
    number({
      title: 'Departments unattended',
      description: 'They have open calls, and nobody of their people is connected.',
      queries: { departments: 'sum(max by (dept) (wardline_department_unattended{job="$job"}))' },
      alerts: { WardlineDepartmentUnattended: '' },
    }),
    number({
      title: 'Press to screen',
      description: 'Mean of five minutes, of the slowest node.',
      unit: 'ms',
      queries: { time: `max(avg_assign_time_ms{${NODES}})` },
      alerts: { WardlineAssignmentSlow: '' },
    }),
    number({
      title: 'Dispatches to nobody',
      description: 'Share of the dispatches that found nobody who can be reached.',
      unit: 'percentunit',
      queries: { share: `max(failed_assignments_rate{${NODES}})` },
      alerts: { WardlineAssignmentsFailing: '' },
    }),
    number({
      title: 'Poll',
      description: 'Mean of five minutes, of the slowest node.',
      unit: 'ms',
      queries: { time: `max(poll_duration_avg{${NODES}})` },
      alerts: { WardlinePollSlow: '' },
    }),
    states(
      {
        title: 'Departments',
        description: 'Red: open calls, and nobody is connected.',
        queries: { '{{dept}}': 'max by (dept) (wardline_department_unattended{job="$job"})' },
        alerts: { WardlineDepartmentUnattended: '' },
      },
      { 0: 'attended', 1: 'unattended' },
    ).span(24),
    lines({
      title: 'Calls that wait',
      description: 'Nobody has accepted them, in the whole installation.',
      queries: { calls: 'max(pending_calls_count{job="$job"})' },
      alerts: { WardlineCallsPending: '' },
    }),
    lines({
      title: 'Presses refused',
      description: 'Presses and commands of calls within a minute, because too many waited.',
      queries: { '{{instance}}': `increase(wardline_requests_shed_total{${NODES}}[1m])` },
      alerts: { WardlineRequestsShed: '' },
    }),
    lines({
      title: 'Press to screen',
      description: 'From the commit of a press to its going out to a target, mean of five minutes.',
      unit: 'ms',
      queries: { '{{instance}}': `avg_assign_time_ms{${NODES}}` },
      alerts: { WardlineAssignmentSlow: '' },
    }),
    lines({
      title: 'Dispatches to nobody',
      description: 'Share of the dispatches that found nobody who can be reached, of five minutes.',
      unit: 'percentunit',
      queries: { '{{instance}}': `failed_assignments_rate{${NODES}}` },
      alerts: { WardlineAssignmentsFailing: '' },
    }),
    lines({
      title: 'Event to socket',
      description: "From an event's place in the log to the last socket.",
      unit: 's',
      queries: { p50: percentile(0.5, 'wardline_commit_to_socket_seconds'), p99: percentile(0.99, 'wardline_commit_to_socket_seconds') },
    }),
    lines({
      title: 'Press to acceptance',
      description: 'The median, by type of call.',
      unit: 's',
      queries: { '{{type}}': percentile(0.5, 'wardline_call_accept_seconds', 'type') },
    }),
    lines({
      title: 'Calls accepted',
      description: 'A minute, by type of call.',
      queries: { '{{type}}': `sum by (type) (rate(wardline_call_accept_seconds_count{${NODES}}[$__rate_interval])) * 60` },
    }),
    lines({
      title: 'Escalation lateness',
      description: 'From a deadline to the run that handled it.',
      unit: 's',
      queries: {
        p50: percentile(0.5, 'wardline_escalation_lateness_seconds'),
        p99: percentile(0.99, 'wardline_escalation_lateness_seconds'),
      },
    }),
    lines({
      title: 'Overdue escalations',
      description: 'Calls past their deadline that no engine has escalated.',
      queries: { calls: 'max(wardline_escalation_overdue{job="$job"})' },
      alerts: { WardlineEscalationOverdue: '' },
    }),
    lines({
      title: 'Poll',
      description: 'Mean of five minutes.',
      unit: 'ms',
      queries: { '{{instance}}': `poll_duration_avg{${NODES}}` },
      alerts: { WardlinePollSlow: '' },
    }),
  ],
};
