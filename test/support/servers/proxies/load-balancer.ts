import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../../../src/platform/system/package-root.js';
import { findProgram } from '../installed.js';
import { PATIENCE_MS } from '../../eventually.js';

/** A test's values in the place of those in the shipped file. */
export interface Site {
  /** `host:port` of the two nodes. */
  nodes: readonly [string, string];
  /** The network that may reach administration. */
  inside: string;
  /** Connections that one address may hold. */
  perAddress?: number;
  port: number;
  /** PEM files. */
  cert: Buffer;
  key: Buffer;
}

/** A load balancer on its shipped configuration, as a child of the test. */
export interface LoadBalancer {
  /** The output of the shipped file's check; it must be silent about everything but its success. */
  check: string;
  stop(): Promise<void>;
}

/** Every text must be found, or the shipped file has changed and the test would try something else than it says. */
function render(file: string, replacements: readonly (readonly [string, string])[]): string {
  let text = readFileSync(join(packageRoot(), 'deploy', file), 'utf8');
  for (const [shipped, here] of replacements) {
    if (!text.includes(shipped)) throw new Error(`deploy/${file} no longer contains: ${shipped}`);
    text = text.replaceAll(shipped, here);
  }
  return text;
}

function checked(program: string, args: string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, { env: { ...process.env, ...env }, encoding: 'utf8' });
  const said = `${stdout}${stderr}`;
  if (status !== 0) throw new Error(`${program} does not take the file: ${said}`);
  return said;
}

async function listening(child: ChildProcess, port: number, said: () => string): Promise<void> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the load balancer ended at its start: ${said()}`);
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => {
        resolve(false);
      });
    });
    if (isUp) return;
    if (performance.now() > giveUpAt) throw new Error(`the load balancer did not listen on ${String(port)}: ${said()}`);
    await sleep(20);
  }
}

/** Runs in the foreground, in a process group of its own, until it is stopped. */
async function run(
  program: string,
  args: string[],
  env: Record<string, string>,
  { port }: Site,
  folder: string,
): Promise<() => Promise<void>> {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = `${said}${chunk.toString()}`.slice(-4000)));
  const exited = once(child, 'exit');
  try {
    await listening(child, port, () => said);
  } catch (error) {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return async () => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  };
}

function place(site: Site): { folder: string; cert: string; key: string; pem: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-proxy-'));
  const files = { folder, cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem'), pem: join(folder, 'site.pem') };
  writeFileSync(files.cert, site.cert);
  writeFileSync(files.key, site.key, { mode: 0o600 });
  writeFileSync(files.pem, `${site.cert.toString()}\n${site.key.toString()}`, { mode: 0o600 });
  return files;
}

async function startNginx(program: string, site: Site): Promise<LoadBalancer> {
  const { folder, cert, key } = place(site);
  mkdirSync(join(folder, 'tmp'));
  const user = process.getuid?.() === 0 ? 'user root;' : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${folder}/tmp/${what};`)
    .join(' ');
  const file = join(folder, 'nginx.conf');
  writeFileSync(
    file,
    render('nginx/nginx.conf', [
      ['user www-data;', user],
      ['/run/nginx.pid', join(folder, 'nginx.pid')],
      ['/var/log/nginx/', `${folder}/`],
      ['\nhttp {', `\nhttp { ${temporary}`],
      ['10.20.0.0/16', site.inside],
      ['10.20.0.11:8443', site.nodes[0]],
      ['10.20.0.12:8443', site.nodes[1]],
      ['listen 443 ssl', `listen 127.0.0.1:${String(site.port)} ssl`],
      ['listen [::]:443 ssl http2;', ''],
      ['/etc/wardline/tls/cert.pem', cert],
      ['/etc/wardline/tls/key.pem', key],
      ['limit_conn per_address 1000;', `limit_conn per_address ${String(site.perAddress ?? 1000)};`],
    ]),
  );
  const early = ['-c', file, '-e', join(folder, 'early.log')];
  const check = checked(program, ['-t', ...early]);
  const stop = await run(program, [...early, '-g', 'daemon off;'], {}, site, folder);
  return { check, stop };
}

async function startHaproxy(program: string, site: Site): Promise<LoadBalancer> {
  const { folder, pem } = place(site);
  const file = join(folder, 'haproxy.cfg');
  writeFileSync(
    file,
    render('haproxy/haproxy.cfg', [
      ['sc0_conn_cur gt 1000', `sc0_conn_cur gt ${String(site.perAddress ?? 1000)}`],
      // It does not start where the descriptors for all of them are not to be had.
      ['maxconn 20000', 'maxconn 2000'],
    ]),
  );
  const env = {
    WARDLINE_NODE_1: site.nodes[0],
    WARDLINE_NODE_2: site.nodes[1],
    WARDLINE_CERTIFICATE: pem,
    WARDLINE_INSIDE: site.inside,
    WARDLINE_BIND: `127.0.0.1:${String(site.port)}`,
  };
  const check = checked(program, ['-c', '-f', file], env);
  const stop = await run(program, ['-db', '-f', file], env, site, folder);
  return { check, stop };
}

/** The load balancers whose configurations are shipped. */
export const LOAD_BALANCERS = (
  [
    ['nginx', startNginx],
    ['haproxy', startHaproxy],
  ] as const
).map(([name, start]) => {
  const program = findProgram(name);
  return {
    name,
    isInstalled: program !== undefined,
    start: (site: Site) => {
      if (program === undefined) throw new Error(`${name} is not installed`);
      return start(program, site);
    },
  };
});
