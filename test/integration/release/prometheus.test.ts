import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Server } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { linesOf } from '../../../src/cli/simulate/figures.js';
import { Simulation } from '../../../src/cli/simulate/simulation.js';
import { selfSignedPair } from '../../../src/platform/certificates/certificate.js';
import { CertificateWatch } from '../../../src/platform/certificates/certificate-watch.js';
import { seededRandom } from '../../../tools/simulate/plan/random.js';
import { DEPLOY } from '../../support/checks/manifests.js';
import { metricOf, selectorsOf } from '../../support/checks/promql.js';
import { freePort } from '../../support/servers/free-port.js';
import { findProgram, itIsInstalled } from '../../support/servers/installed.js';
import { TestRedis } from '../../support/servers/redis.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

const program = findProgram('prometheus');
const hasRedis = findProgram('redis-server') !== undefined;
/** Without Redis a node has no such samples. */
const OF_REDIS = /^wardline_(redis|bus)_/;

interface Query {
  dashboard: string;
  panel: string;
  expr: string;
  legend: string;
}
interface Dashboard {
  uid: string;
  panels: { title: string; targets: { expr: string; legendFormat: string }[] }[];
}
const folder = join(DEPLOY, 'grafana');
const queries: Query[] = readdirSync(folder).flatMap((file) => {
  const { uid, panels } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard;
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr, legendFormat }) => ({ dashboard: uid, panel: title, expr, legend: legendFormat })),
  );
});

/** As Grafana fills the variables of a query in. */
const filledIn = (expr: string) => expr.replaceAll('$__rate_interval', '15s').replaceAll('$job', 'wardline').replaceAll('$instance', '.*');

/** A Prometheus of the test's own, that scrapes one node each second. */
class TestPrometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly url: string,
  ) {}

  static async open(wardline: TestWardline): Promise<TestPrometheus> {
    const place = mkdtempSync(join(tmpdir(), 'wardline-prometheus-'));
    const address = `127.0.0.1:${String(await freePort())}`;
    writeFileSync(join(place, 'ca.pem'), wardline.ca);
    const config = {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: [join(DEPLOY, 'prometheus', 'wardline.rules.yml')],
      scrape_configs: [
        {
          job_name: 'wardline',
          scheme: 'https',
          tls_config: { ca_file: join(place, 'ca.pem') },
          static_configs: [{ targets: [new URL(wardline.url).host] }],
        },
      ],
    };
    writeFileSync(join(place, 'prometheus.yml'), stringify(config));
    const args = [
      `--config.file=${join(place, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(place, 'data')}`,
      `--web.listen-address=${address}`,
    ];
    const child = spawn(program ?? '', args, { stdio: 'ignore' });
    const prometheus = new TestPrometheus(child, place, `http://${address}/api/v1`);
    await eventually(async () => ((await prometheus.query('up == 1').catch(() => []))[0] ? true : undefined), 'a scrape');
    return prometheus;
  }

  /** @throws Error for an expression that does not parse */
  async query(expr: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
    const answer = await fetch(`${this.url}/query`, { method: 'POST', body: new URLSearchParams({ query: expr }) });
    const { data, error } = (await answer.json()) as { data?: { result: never[] }; error?: string };
    if (!data) throw new Error(`${expr}: ${error ?? answer.statusText}`);
    return data.result;
  }

  async rules(): Promise<{ name: string; state: string; health: string; lastError?: string }[]> {
    const { data } = (await (await fetch(`${this.url}/rules`)).json()) as { data: { groups: { rules: never[] }[] } };
    return data.groups.flatMap((group) => group.rules);
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    if (this.child.exitCode === null && this.child.kill()) await exited;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('monitoring', () => {
  itIsInstalled('prometheus', program !== undefined);
  itIsInstalled('redis-server', hasRedis);
});

describe.skipIf(program === undefined)('a real Prometheus, after a simulated ward', () => {
  const stops: (() => Promise<void>)[] = [];
  let prometheus: TestPrometheus;

  beforeAll(async () => {
    const redis = hasRedis ? await TestRedis.open() : undefined;
    if (redis) stops.push(() => redis.stop());
    const wardline = await startTestWardline(redis && { env: { REDIS_URL: redis.url } });
    stops.push(() => wardline.stop());
    // As a start does.
    const pair = await selfSignedPair(wardline.dataDir);
    const server = wardline.app.getHttpServer() as Server;
    wardline.app
      .get(CertificateWatch)
      .watch(server, () => Promise.resolve(pair), { ...pair, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 });
    prometheus = await TestPrometheus.open(wardline);
    stops.push(() => prometheus.stop());
    const options = {
      url: wardline.url,
      minutes: 0.1,
      presses: 300,
      nurses: 2,
      random: seededRandom(11),
      stop: AbortSignal.timeout(100_000),
    };
    const report = await new Simulation({ firstRun: wardline.firstRun, ca: wardline.ca }, options).run();
    expect(report.passed, linesOf(report).join('\n')).toBe(true);
    // Two scrapes that know of the last call.
    const [before] = await prometheus.query('timestamp(ws_connections)');
    await eventually(async () => {
      const [now] = await prometheus.query('timestamp(ws_connections)');
      return Number(now?.value[1]) >= Number(before?.value[1]) + 2 ? true : undefined;
    }, 'two more scrapes');
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  const isLeftOut = (expr: string) => !hasRedis && selectorsOf(expr).some((selector) => OF_REDIS.test(metricOf(selector)));

  it('evaluates every alert without an error, and none fires', async () => {
    const rules = await prometheus.rules();
    expect(rules.length).toBeGreaterThan(30);
    for (const { name, health, lastError = '', state } of rules)
      expect({ name, health, lastError, fires: state === 'firing' }).toEqual({ name, health: 'ok', lastError: '', fires: false });
  });

  it('has a series for everything that an alert reads', async () => {
    const rules = (await prometheus.rules()) as unknown as { query: string }[];
    const selectors = new Set(rules.flatMap(({ query }) => selectorsOf(query)));
    expect(selectors.size).toBeGreaterThan(30);
    const missing: string[] = [];
    for (const selector of selectors)
      if (!isLeftOut(selector) && (await prometheus.query(`count(${selector})`)).length === 0) missing.push(selector);
    expect(missing).toEqual([]);
  });

  it.each(queries.filter(({ expr }) => !isLeftOut(expr)))('answers $dashboard, $panel: $legend', async ({ expr, legend }) => {
    const series = await prometheus.query(filledIn(expr));
    expect(series.length).toBeGreaterThan(0);
    const labels = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
    for (const label of labels) expect(series.every(({ metric }) => label in metric)).toBe(true);
  });

  it('says of what is no query that it is none', async () => {
    await expect(prometheus.query('rate(ws_connections_total)')).rejects.toThrow('parse error');
  });
});
