import pg from 'pg';
import { stallingProxy, type StallingProxy, type Target } from './stalling-proxy.js';

/** A database behind a proxy of its own. */
export interface ProxiedDatabase {
  proxy: StallingProxy;
  /** The database, by way of the proxy. */
  url: string;
  /** The server behind the proxy. */
  target: Target;
}

/** @param url of the database, without the proxy */
export async function proxiedDatabase(url: string): Promise<ProxiedDatabase> {
  const { user, password, database, host, port } = new pg.Client({ connectionString: url });
  const target = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${String(port)}` } : { host, port };
  const proxy = await stallingProxy(target);
  const credentials = [user ?? '', password ?? ''].map(encodeURIComponent).join(':');
  return { proxy, url: `postgresql://${credentials}@127.0.0.1:${String(proxy.port)}/${database ?? ''}`, target };
}
