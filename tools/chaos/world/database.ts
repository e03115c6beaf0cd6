import type { NetConnectOpts } from 'node:net';
import pg from 'pg';
import { TcpProxy } from './tcp-proxy.js';

/** The database of a run: reached by the nodes through a network that can fail, and by us directly. */
export interface ChaosDatabase {
  readonly version: string;
  /** The nodes' settings. */
  readonly settings: Readonly<Record<string, string>>;
  /** Between the nodes and the server. */
  readonly proxy: TcpProxy;
  /**
   * Runs a query directly, with all rights.
   * @throws when the server is down
   */
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>;
  /** A connection that the caller ends. */
  connect(): Promise<pg.Client>;
  /** Removes it; idempotent. */
  drop(): Promise<void>;
}

/** The address that libpq and node-postgres use for this URL. */
export function endpointOf(url: string): NetConnectOpts {
  const { hostname, port, searchParams } = new URL(url);
  const host = searchParams.get('host') ?? hostname;
  const number = port === '' ? 5432 : Number(port);
  return host.startsWith('/') ? { path: `${host}/.s.PGSQL.${String(number)}` } : { host, port: number };
}

/** The same role and database by way of the proxy. */
export function throughProxy(url: string, proxy: TcpProxy): string {
  const there = new URL(url);
  there.search = '';
  there.hostname = '127.0.0.1';
  there.port = String(proxy.port);
  return there.href;
}

export async function openClient(url: string): Promise<pg.Client> {
  // Also while the database is read-only for everybody else.
  const options = '-c default_transaction_read_only=off';
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3000, options });
  // The server may be killed while we are connected; the statement that is running says so.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

export async function queryOnce<R extends pg.QueryResultRow>(url: string, text: string, values: unknown[] = []): Promise<R[]> {
  const client = await openClient(url);
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
