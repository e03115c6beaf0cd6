import { type AddressInfo, connect, createServer, type NetConnectOpts, type Server } from 'node:net';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuardedPool } from '../../../src/platform/database/pools.js';
import { createTestDatabase, type TestDatabase } from '../../support/servers/database.js';
import { eventually } from '../../support/eventually.js';

const NAME = 'wardline-pool-connect-test';
/** "Ready for query, outside of a transaction": the last that the server says while a connection is made. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

function endpointOf(url: string): NetConnectOpts {
  const { hostname, port, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port || '5432'}` } : { host, port: Number(port || 5432) };
}

/** A network that holds the end of the greeting back until the server has hung up, and then delivers both at once. */
async function holdingNetwork(url: string): Promise<{ server: Server; url: string }> {
  const server = createServer((client) => {
    const upstream = connect(endpointOf(url));
    let held: Buffer[] | undefined;
    client.on('error', () => undefined);
    upstream.on('error', () => undefined);
    client.pipe(upstream, { end: false });
    upstream.on('data', (chunk: Buffer) => {
      if (held === undefined && chunk.includes(READY)) held = [];
      if (held === undefined) client.write(chunk);
      else held.push(chunk);
    });
    upstream.on('close', () => client.end(Buffer.concat(held ?? [])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const there = new URL(url);
  there.search = '';
  there.hostname = '127.0.0.1';
  there.port = String((server.address() as AddressInfo).port);
  return { server, url: there.href };
}

describe('a connection that is lost in the moment in which it is made', () => {
  let database: TestDatabase;
  let network: Awaited<ReturnType<typeof holdingNetwork>>;
  beforeAll(async () => {
    database = await createTestDatabase();
    network = await holdingNetwork(database.url);
  });
  afterAll(async () => {
    network.server.close();
    await database.drop();
  });

  it.each(['a promise', 'a callback'])('fails the first statement on it, and not the process: asked for with %s', async (how) => {
    const uncaught: unknown[] = [];
    const listeners = process.rawListeners('uncaughtException') as ((error: unknown) => void)[];
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error));
    const pool = new GuardedPool({ connectionString: network.url, application_name: NAME, max: 1 });
    pool.on('error', () => undefined);
    try {
      const connecting =
        how === 'a promise'
          ? pool.connect()
          : new Promise<pg.PoolClient>((resolve, reject) => {
              pool.connect((error, client) => {
                if (client) resolve(client);
                else reject(error ?? new Error('nobody'));
              });
            });
      await eventually(async () => {
        const rows = await database.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle'`,
          [NAME],
        );
        return rows.length > 0 || undefined;
      }, 'the connection');
      const client = await connecting;
      await expect(client.query('SELECT 1')).rejects.toThrow();
      client.release();
      await new Promise((resolve) => setImmediate(resolve));
      expect(uncaught).toEqual([]);
    } finally {
      await pool.end();
      process.removeAllListeners('uncaughtException');
      for (const listener of listeners) process.on('uncaughtException', listener);
    }
  });
});
