import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { renderDashboards } from './dashboards.js';
import { thresholdsOf } from './thresholds.js';

const folder = join(packageRoot(), 'deploy', 'grafana');
const dashboards = renderDashboards();

interface Rules {
  groups: { rules: { alert: string; annotations: { dashboard_url: string } }[] }[];
}
const rules = (parse(readFileSync(join(packageRoot(), 'deploy/prometheus/wardline.rules.yml'), 'utf8')) as Rules).groups.flatMap(
  (group) => group.rules,
);

describe('the dashboards', () => {
  // `npm run dashboards` runs this test with --update, which writes the files.
  it.each(Object.entries(dashboards))('%s is what the script makes', async (name, text) => {
    await expect(text).toMatchFileSnapshot(join(folder, name));
  });

  it('are all that the folder has', () => {
    expect(readdirSync(folder).sort()).toEqual(Object.keys(dashboards).sort());
  });

  it('have one uid each, which their file is called by', () => {
    for (const [name, text] of Object.entries(dashboards)) expect(`${(JSON.parse(text) as { uid: string }).uid}.json`).toBe(name);
  });

  it('are where the alerts lead to', () => {
    const leads = rules.map(({ annotations }) => annotations.dashboard_url.replace(/^\/d\//, ''));
    expect(new Set(leads)).toEqual(new Set(Object.keys(dashboards).map((name) => name.replace('.json', ''))));
  });
});

describe('the thresholds of a panel', () => {
  const stepsOf = (alerts: Record<string, string>) => thresholdsOf(alerts).build().steps;

  it.each([
    [
      { WardlineMemoryCritical: '', WardlineMemoryHigh: '', WardlineMemoryRestart: '' },
      [null, 'green', 70, 'yellow', 80, 'orange', 90, 'red'],
    ],
    [{ WardlineCertificateEnds: '', WardlineCertificateEndsNow: '' }, [null, 'red', 2, 'yellow', 14, 'green']],
    [{ WardlineDatabaseDown: '' }, [null, 'red', 1, 'green']],
    [{ WardlineEscalationOverdue: '' }, [null, 'green', 0.001, 'red']],
    [{ WardlineDepartmentUnattended: '' }, [null, 'green', 1, 'red']],
    [{ WardlineHeartbeatStale: 'wardline_server_heartbeat_age_seconds' }, [null, 'green', 90, 'red']],
    [{ WardlineSignInsRefused: '' }, [null, 'green', 20, 'yellow']],
    [{ WardlineRedisMemoryHigh: '' }, [null, 'green', 0.8, 'yellow']],
  ])('are the borders of its alerts: %j', (alerts, steps) => {
    expect(stepsOf(alerts).flatMap(({ value, color }) => [value, color])).toEqual(steps);
  });

  it('are not those of an alert that there is not, or that compares no such metric', () => {
    expect(() => stepsOf({ WardlineNothing: '' })).toThrow('WardlineNothing');
    expect(() => stepsOf({ WardlineHeartbeatStale: 'ws_connections' })).toThrow('ws_connections');
  });
});
