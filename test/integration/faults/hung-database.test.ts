import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request, type Answer } from '../../support/clients/client.js';
import { proxiedDatabase } from '../../support/servers/proxies/proxied-database.js';
import type { StallingProxy } from '../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

/** A probe that has not answered by then hangs. */
const HANGS_MS = 10_000;
const PROBES = ['/livez', '/readyz', '/healthz', '/ws-health', '/healthz/ws', '/metrics'];

let owner: TestWardline;
let proxy: StallingProxy;
let wardline: TestWardline;

beforeAll(async () => {
  owner = await startTestWardline();
  const proxied = await proxiedDatabase(owner.database.url);
  ({ proxy } = proxied);
  const database = { ...owner.database, url: proxied.url };
  wardline = await startTestWardline({ sharedWith: { ...owner, database } });
});

afterAll(async () => {
  await proxy.close();
  await wardline.stop();
  await owner.stop();
});

async function probe(path: string): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const hung = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`${path} hangs`));
    }, HANGS_MS);
  });
  return Promise.race([request(wardline, 'GET', path), hung]).finally(() => {
    clearTimeout(timer);
  });
}

describe('a database that accepts and never answers', () => {
  it('hangs no probe, however many ask: the node is alive, not ready, degraded, and can be scraped; then it recovers', async () => {
    for (const path of PROBES) expect([path, (await probe(path)).status]).toEqual([path, 200]);
    proxy.stall();
    await eventually(async () => ((await probe('/readyz')).status === 503 ? true : undefined), 'readyz 503');
    const flood = Array.from({ length: 10 }, () => PROBES.map((path) => probe(path))).flat();
    const answers = await Promise.all(flood);
    const statuses = Object.fromEntries(PROBES.map((path, index) => [path, answers[index]?.status]));
    expect(statuses).toEqual({ '/livez': 200, '/readyz': 503, '/healthz': 503, '/ws-health': 200, '/healthz/ws': 200, '/metrics': 200 });
    expect((await probe('/healthz')).body).toMatchObject({ status: 'degraded', db_ok: false, escalation_overdue: null });
    expect((await probe('/readyz')).body.error.database).toMatchObject({ status: 'down' });
    expect((await probe('/metrics')).body).toMatch(/^wardline_database_up 0$/m);
    const body = JSON.stringify((await probe('/readyz')).body);
    for (const secret of [String(proxy.port), '127.0.0.1', 'postgres']) expect(body).not.toContain(secret);

    // Another server answers under the address; the connections to the first one stay dead.
    proxy.resume();
    await eventually(async () => ((await probe('/healthz')).status === 200 ? true : undefined), 'healthz 200');
    expect((await probe('/metrics')).body).toMatch(/^wardline_database_up 1$/m);
  });
});
