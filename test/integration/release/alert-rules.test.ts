import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { request } from '../../support/clients/client.js';
import { parseMetrics } from '../../support/checks/metrics.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

const folder = join(packageRoot(), 'deploy', 'prometheus');
const RULES = join(folder, 'wardline.rules.yml');
const TESTS = join(folder, 'wardline.rules.test.yml');
const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

/** The contract's table: what an alert is about, and its level. */
const TABLE: readonly (readonly [RegExp, severity: string])[] = [
  [/ws_connections\b.* 0\.8 \* wardline_ws_connections_max\b.*> 400/s, 'warning'],
  [/^memory_usage_percent > 70$/, 'warning'],
  [/^memory_usage_percent > 80$/, 'restart'],
  [/^memory_usage_percent > 90$/, 'critical'],
  [/pending_calls_count\) > 50$/, 'warning'],
  [/^avg_assign_time_ms > 500$/, 'warning'],
  [/^failed_assignments_rate > 0\.05$/, 'warning'],
  [/^poll_duration_avg > 100$/, 'warning'],
  [/ws_error_count.* > 20$/, 'warning'],
  [/ws_error_count.* > 50$/, 'critical'],
  [/wardline_ws_rejected_total.*> 0\.05$/s, 'warning'],
  [/wardline_ws_rejected_total.*> 0\.10$/s, 'critical'],
  [/^wardline_outbox_depth > 1000$/, 'warning'],
  [/wardline_server_state\{state="error"\}/, 'critical'],
  [/wardline_escalation_overdue\) > 0$/, 'critical'],
  [/wardline_department_unattended\) == 1$/, 'critical'],
  [/wardline_server_heartbeat_age_seconds > 90/, 'critical'],
];

/** Words of an expression that are no metrics. */
const LANGUAGE = new Set(['rate', 'increase', 'sum', 'max', 'by', 'on', 'or', 'unless', 'and']);
/** Made by Prometheus itself. */
const OF_PROMETHEUS = new Set(['up']);

function metricsOf(expr: string): string[] {
  const bare = expr
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|on) \([^)]*\)/g, '')
    .replace(/\[[^\]]*\]/g, '');
  return [...bare.matchAll(/[a-zA-Z_]\w*/g)].map(([name]) => name).filter((name) => !LANGUAGE.has(name));
}

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const mustHavePromtool = process.env['CI'] === 'true';
if (!hasPromtool && !mustHavePromtool)
  console.warn('\n!!! NO PROMTOOL HERE: the alert rules are NOT checked. It comes with the package prometheus.\n');

describe.skipIf(!hasPromtool && !mustHavePromtool)('promtool', () => {
  it.each([
    ['check', 'rules', RULES],
    ['test', 'rules', TESTS],
  ])('%s %s passes', (...args) => {
    const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
    expect({ status, error, output: stdout + stderr }).toMatchObject({ status: 0, error: undefined });
  });
});

describe('the alert rules', () => {
  let wardline: TestWardline;
  beforeAll(async () => {
    wardline = await startTestWardline();
  });
  afterAll(() => wardline.stop());

  it.each(TABLE)('have %s as %s', (about, severity) => {
    const found = rules.filter(({ expr }) => about.test(expr.trim()));
    expect(found.map(({ labels }) => labels.severity)).toEqual([severity]);
  });

  it('wait for 30 seconds before a department is unattended', () => {
    expect(rules.find(({ alert }) => alert === 'WardlineDepartmentUnattended')?.for).toBe('30s');
  });

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s uses metrics that there are, says what to do, and is tested',
    async (alert, rule) => {
      const { body } = await request(wardline, 'GET', '/metrics');
      const { kinds } = parseMetrics(body as string);
      const used = metricsOf(rule.expr);
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter((name) => !kinds.has(name) && !OF_PROMETHEUS.has(name))).toEqual([]);
      expect(rule.annotations.summary).not.toBe('');
      expect(rule.annotations.description.length).toBeGreaterThan(40);
      expect(readFileSync(TESTS, 'utf8')).toContain(alert);
    },
  );

  it('are found in the text as they are meant: names, not words of the language', () => {
    expect(metricsOf('sum by (job) (rate(a_total{x="y z"}[5m])) / on (job) b > 0.8 * c or d unless on (job) e')).toEqual([
      'a_total',
      'b',
      'c',
      'd',
      'e',
    ]);
  });
});
