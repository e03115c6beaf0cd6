import {
  type Panel,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { cluster } from './cluster.js';
import { node } from './node.js';
import { sockets } from './sockets.js';
import { ward } from './ward.js';

interface Plan {
  /** Alerts and bookmarks lead to it: it never changes. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly { build(): Panel }[];
}

const TAG = 'wardline';
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

function variables() {
  return [
    new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    new QueryVariableBuilder('job')
      .label('Job')
      .datasource(SOURCE)
      .query('label_values(ws_connections, job)')
      .current({ selected: true, text: TAG, value: TAG })
      .refresh(VariableRefresh.OnDashboardLoad),
    new QueryVariableBuilder('instance')
      .label('Node')
      .datasource(SOURCE)
      .query('label_values(ws_connections{job="$job"}, instance)')
      .multi(true)
      .includeAll(true)
      .allValue('.*')
      .current({ selected: true, text: 'All', value: '$__all' })
      .refresh(VariableRefresh.OnTimeRangeChanged),
  ];
}

function dashboard({ uid, title, description, panels }: Plan): unknown {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- every Grafana reads this form; the new one needs the newest
  const builder = new DashboardBuilder(title)
    .uid(uid)
    .description(description)
    .tags([TAG])
    .timezone('browser')
    .time({ from: 'now-3h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .link(new DashboardLinkBuilder('Wardline').type(DashboardLinkType.Dashboards).tags([TAG]).keepTime(true).includeVars(true))
    .variables(variables());
  for (const panel of panels) builder.withPanel(panel);
  return builder.build();
}

/** File of `deploy/grafana` → its text. */
export function renderDashboards(): Record<string, string> {
  const plans: readonly Plan[] = [ward, sockets, node, cluster];
  return Object.fromEntries(plans.map((plan) => [`${plan.uid}.json`, `${JSON.stringify(dashboard(plan), null, 2)}\n`]));
}
