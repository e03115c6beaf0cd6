import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEPLOY } from '../../support/checks/manifests.js';
import { freePort } from '../../support/servers/free-port.js';
import { findProgram, itIsInstalled } from '../../support/servers/installed.js';
import { eventually } from '../../support/eventually.js';

const CONFIG = join(DEPLOY, 'alertmanager', 'alertmanager.yml');
const amtool = findProgram('amtool');
// Debian's name, and everybody else's.
const alertmanager = findProgram('prometheus-alertmanager') ?? findProgram('alertmanager');

interface Rule {
  alert: string;
  labels: { severity: string };
}
const rules = (
  parse(readFileSync(join(DEPLOY, 'prometheus', 'wardline.rules.yml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);
const severityOf = (name: string) => rules.find(({ alert }) => alert === name)?.labels.severity ?? '';

describe('Alertmanager', () => {
  itIsInstalled('amtool', amtool !== undefined);
  itIsInstalled('prometheus-alertmanager', alertmanager !== undefined);

  it('inhibits by alerts that there are, the higher level the lower one', () => {
    const config = parse(readFileSync(CONFIG, 'utf8')) as { inhibit_rules: { source_matchers: string[]; target_matchers: string[] }[] };
    const order = ['warning', 'restart', 'critical'];
    const namesOf = (matchers: string[]) => matchers.flatMap((one) => one.match(/Wardline\w+/g) ?? []);
    expect(config.inhibit_rules.length).toBeGreaterThan(0);
    for (const { source_matchers: from, target_matchers: to } of config.inhibit_rules)
      for (const source of namesOf(from))
        for (const target of namesOf(to))
          expect([source, target, order.indexOf(severityOf(source)) > order.indexOf(severityOf(target))]).toEqual([source, target, true]);
  });
});

describe.skipIf(amtool === undefined)('amtool', () => {
  const run = (...args: string[]) => spawnSync(amtool ?? '', args, { encoding: 'utf8' });

  it('accepts the configuration', () => {
    const { status, stdout, stderr } = run('check-config', CONFIG);
    expect({ status, output: stdout + stderr }).toMatchObject({ status: 0, output: expect.stringContaining('SUCCESS') as string });
  });

  it.each([
    ['critical', 'on-call'],
    ['restart', 'it-desk'],
    ['warning', 'it-desk'],
  ])('routes %s to %s', (severity, receiver) => {
    const { stdout } = run('config', 'routes', 'test', `--config.file=${CONFIG}`, `severity=${severity}`, 'alertname=X');
    expect(stdout.trim()).toBe(receiver);
  });
});

describe.skipIf(alertmanager === undefined)('a real Alertmanager', () => {
  let child: ChildProcess;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wardline-alertmanager-'));
    const address = `127.0.0.1:${String(await freePort())}`;
    url = `http://${address}/api/v2/alerts`;
    const args = [`--config.file=${CONFIG}`, `--storage.path=${folder}`, `--web.listen-address=${address}`, '--cluster.listen-address='];
    child = spawn(alertmanager ?? '', args, { stdio: 'ignore' });
    await eventually(async () => ((await fetch(url).catch(() => undefined))?.ok === true ? true : undefined), 'Alertmanager');
  });
  afterAll(async () => {
    const exited = once(child, 'exit');
    if (child.exitCode === null && child.kill()) await exited;
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets the critical one silence the warning of the same node, and of no other', async () => {
    const fire = (alertname: string, instance: string) => ({
      labels: { alertname, instance, job: 'wardline', severity: severityOf(alertname) },
    });
    const alerts = [
      fire('WardlineMemoryCritical', 'a'),
      fire('WardlineMemoryHigh', 'a'),
      fire('WardlineMemoryHigh', 'b'),
      fire('WardlineErrorsHigh', 'a'),
    ];
    const posted = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(alerts) });
    expect(posted.status).toBe(200);
    const seen = await eventually(async () => {
      const known = (await (await fetch(url)).json()) as { labels: Record<string, string>; status: { state: string } }[];
      const states = known.map(({ labels, status }) => `${labels['alertname'] ?? ''} ${labels['instance'] ?? ''} ${status.state}`).sort();
      return states.length === alerts.length && !states.some((state) => state.endsWith('unprocessed')) ? states : undefined;
    }, 'the alerts');
    expect(seen).toEqual([
      'WardlineErrorsHigh a active',
      'WardlineMemoryCritical a active',
      'WardlineMemoryHigh a suppressed',
      'WardlineMemoryHigh b active',
    ]);
  });

  it.skipIf(amtool === undefined)('takes the trial by hand that the documents name', async () => {
    const args = [`--alertmanager.url=${new URL(url).origin}`, 'alert', 'add', 'Trial', 'severity=critical'];
    const { status, stderr } = spawnSync(amtool ?? '', args, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    expect(await (await fetch(url)).text()).toContain('"alertname":"Trial"');
  });
});
