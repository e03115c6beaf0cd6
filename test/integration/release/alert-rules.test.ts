import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { anchorsOf } from '../../../tools/docs/pages.js';
import { request } from '../../support/clients/client.js';
import { parseMetrics } from '../../support/checks/metrics.js';
import { metricOf, selectorsOf } from '../../support/checks/promql.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';

interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string; runbook_url: string; dashboard_url: string };
}

const folder = join(packageRoot(), 'deploy', 'prometheus');
const RULES = join(folder, 'wardline.rules.yml');
const TESTS = join(folder, 'wardline.rules.test.yml');
const rules = (parse(readFileSync(RULES, 'utf8')) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules);

interface RuleTest {
  input_series: { series: string }[];
  promql_expr_test?: { exp_samples?: { labels: string }[] }[];
}
const tests = (parse(readFileSync(TESTS, 'utf8')) as { tests: RuleTest[] }).tests;
/** The alerts that fire in a test, as its expected labels name them. */
const firing = tests
  .flatMap(({ promql_expr_test: checks = [] }) => checks.flatMap(({ exp_samples: samples = [] }) => samples.map(({ labels }) => labels)))
  .flatMap((labels) => /alertname="(\w+)"/.exec(labels)?.[1] ?? []);
/** The series of the first test, in which nothing fires. */
const quiet = (tests[0]?.input_series ?? []).map(({ series }) => series).join('\n');

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
  // Below the table.
  [/ws_connections\) < 0\.5 \* /, 'warning'],
  [/ws_connections\) > 2 \* /, 'warning'],
  [/min_over_time\(ws_memory_usage_bytes/, 'warning'],
  [/^changes\(process_start_time_seconds/, 'warning'],
  [/^wardline_server_state\{state=~"starting\|draining"\} == 1$/, 'warning'],
  [/wardline_sign_ins_total\{result="refused"\}/, 'warning'],
  [/^rate\(wardline_tls_errors_total/, 'warning'],
  [/^wardline_tls_cert_expiry_seconds \/ 86400 < 14$/, 'warning'],
  [/^rate\(process_cpu_seconds_total/, 'warning'],
  [/wardline_redis_memory_bytes/, 'warning'],
  [/^increase\(wardline_requests_shed_total\[1m\]\) > 0$/, 'critical'],
  [/^wardline_clock_ok == 0$/, 'critical'],
  [/wardline_extension_failures_total/, 'warning'],
  [/^increase\(wardline_log_lines_lost_total/, 'warning'],
  [/wardline_last_backup_timestamp_seconds.* \/ 3600 > 24$/, 'warning'],
];

const RUNBOOKS = 'https://github.com/wardline/wardline/blob/main/';

/** Made by Prometheus itself. */
const OF_PROMETHEUS = new Set(['up']);

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;
const mustHavePromtool = process.env['CI'] === 'true';
if (!hasPromtool && !mustHavePromtool)
  console.warn('\n!!! NO PROMTOOL HERE: the alert rules are NOT checked. It comes with the package prometheus.\n');

describe.skipIf(!hasPromtool && !mustHavePromtool)('promtool', () => {
  it.each([
    ['check', 'rules', RULES],
    ['test', 'rules', TESTS],
  ])(
    '%s %s passes',
    (...args) => {
      const { status, stdout, stderr, error } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
      expect({ status, error, output: stdout + stderr }).toMatchObject({ status: 0, error: undefined });
    },
    180_000,
  );

  it('accepts the configuration that the documents show', () => {
    const monitor = readFileSync(join(packageRoot(), 'docs', 'how-to', 'monitor.md'), 'utf8');
    const [, config = ''] = /^```yaml\n([\s\S]*?)^```/m.exec(monitor) ?? [];
    expect(config).toContain('job_name: wardline\n');
    const place = mkdtempSync(join(tmpdir(), 'wardline-promtool-'));
    try {
      writeFileSync(join(place, 'prometheus.yml'), config);
      writeFileSync(join(place, 'metrics-token'), 'a token');
      copyFileSync(RULES, join(place, 'wardline.rules.yml'));
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], { cwd: place, encoding: 'utf8' });
      expect({ status, output: stdout + stderr }).toMatchObject({ status: 0, output: expect.stringContaining('rules found') as string });
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
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
    '%s uses metrics that there are, says what to do, and is tested: it fires, and stays quiet in a quiet hospital',
    async (alert, rule) => {
      const { body } = await request(wardline, 'GET', '/metrics');
      const { kinds } = parseMetrics(body as string);
      const used = selectorsOf(rule.expr).map(metricOf);
      expect(used.length).toBeGreaterThan(0);
      expect(used.filter((name) => !kinds.has(name) && !OF_PROMETHEUS.has(name))).toEqual([]);
      expect(rule.annotations.summary).not.toBe('');
      expect(rule.annotations.description.length).toBeGreaterThan(40);
      expect(firing).toContain(alert);
      expect(used.filter((name) => !quiet.includes(`${name}{`))).toEqual([]);
    },
  );

  it.each(rules.map(({ alert, annotations }) => [alert, annotations] as const))(
    '%s has a runbook that there is',
    (alert, { runbook_url: url }) => {
      const [page = '', anchor = ''] = url.slice(RUNBOOKS.length).split('#');
      expect([url.startsWith(RUNBOOKS), anchor]).toEqual([true, alert.toLowerCase()]);
      const text = readFileSync(join(packageRoot(), page), 'utf8');
      expect(anchorsOf(text)).toContain(anchor);
      const [, section = ''] = text.split(`### ${alert}\n`);
      for (const part of ['**Meaning.**', '**Look.**', '**Do.**']) expect(section.split('\n### ', 1)[0]).toContain(part);
    },
  );

  it('are the only ones that the runbook has', () => {
    const headings = [...readFileSync(join(packageRoot(), 'docs/how-to/alerts.md'), 'utf8').matchAll(/^### (\w+)$/gm)].map(
      ([, name]) => name,
    );
    expect(headings.sort()).toEqual(rules.map(({ alert }) => alert).sort());
  });

  it('are found in the text as they are meant: names with their labels, not words of the language', () => {
    expect(selectorsOf('sum by (job) (rate(a_total{x="y z"}[5m])) / on (job) b > 0.8 * c or d unless on (job) e offset 5m')).toEqual([
      ...['a_total{x="y z"}', 'b', 'c', 'd', 'e'],
    ]);
    expect(metricOf('a_total{x="y z"}')).toBe('a_total');
  });
});
