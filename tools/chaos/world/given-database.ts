import { createBenchDatabase } from '../../bench/append/bench-database.js';
import { type ChaosDatabase, endpointOf, openClient, queryOnce, throughProxy } from './database.js';
import { TcpProxy } from './tcp-proxy.js';

/** A database of the run's own on a foreign server: the server itself is left in peace. */
export async function openGivenDatabase(serverUrl: string): Promise<ChaosDatabase> {
  const database = await createBenchDatabase(serverUrl);
  const { url } = database;
  const proxy = await TcpProxy.listen(() => endpointOf(url));
  return {
    version: database.server.version,
    settings: { DATABASE_URL: throughProxy(url, proxy) },
    proxy,
    query: (text, values) => queryOnce(url, text, values),
    connect: () => openClient(url),
    drop: async () => {
      await proxy.close();
      await database.drop();
    },
  };
}
