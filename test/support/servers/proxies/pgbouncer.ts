import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../free-port.js';

export type PoolMode = 'transaction' | 'session';

/** A real PgBouncer before a database. */
export interface Pooler {
  /** Wardline's way to the database. */
  url: string;
  stop(): Promise<void>;
}

export function hasPgBouncer(): boolean {
  return spawnSync('pgbouncer', ['--version']).status === 0;
}

/** @param ignored startup parameters that it takes and forgets; it refuses connections that name others */
export async function startPgBouncer(databaseUrl: string, mode: PoolMode, ignored: readonly string[]): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-pgbouncer-'));
  const port = await freePort();
  const { host, port: serverPort, user = '', password = '', database = '' } = new pg.Client({ connectionString: databaseUrl });
  const target = [`host=${host}`, `port=${String(serverPort)}`, `dbname=${database}`, `user=${user}`, `password=${password}`];
  const file = join(folder, 'pgbouncer.ini');
  writeFileSync(
    file,
    `[databases]
ward = ${target.join(' ')}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${String(port)}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
server_tls_sslmode = disable
ignore_startup_parameters = ${ignored.join(',')}
`,
  );
  chmodSync(folder, 0o755);
  const asUser = process.getuid?.() === 0 ? ['-u', userFor(host)] : [];
  const child: ChildProcess = spawn('pgbouncer', [...asUser, file], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await untilListening(port, child);
  return {
    url: `postgresql://ward@127.0.0.1:${String(port)}/ward`,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It refuses to run as root; the server's own account may enter the folder of its socket. */
function userFor(host: string): string {
  return host.startsWith('/') && spawnSync('id', ['postgres']).status === 0 ? 'postgres' : 'nobody';
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`pgbouncer ended with ${String(child.exitCode)}`);
    const socket = net.connect(port, '127.0.0.1');
    const isThere = await Promise.race([once(socket, 'connect').then(() => true), once(socket, 'error').then(() => false)]).catch(
      () => false,
    );
    socket.destroy();
    if (isThere) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
