import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cluster } from '../../../src/cluster/node/cluster.js';
import { asStation } from '../../support/clients/client.js';
import { describeWithRedis, TestRedis } from '../../support/servers/redis.js';
import { type Silence, stallingProxy, type StallingProxy } from '../../support/servers/proxies/stalling-proxy.js';
import { startTestWardline, type TestWardline } from '../../support/wardline.js';
import { eventually } from '../../support/eventually.js';

describeWithRedis('every connection to Redis falls silent at one instant, and new ones work', () => {
  let redis: TestRedis;
  let proxy: StallingProxy;
  let wardline: TestWardline;
  beforeAll(async () => {
    redis = await TestRedis.open();
    proxy = await stallingProxy({ host: '127.0.0.1', port: redis.port });
    wardline = await startTestWardline({ env: { REDIS_URL: `redis://127.0.0.1:${String(proxy.port)}` } });
  });
  afterAll(async () => {
    await wardline.stop();
    await proxy.close();
    await redis.stop();
  });

  const until = (isUp: boolean) =>
    eventually(() => (wardline.app.get(Cluster).isUp === isUp ? true : undefined), `Redis ${isUp ? 'up' : 'away'}`);

  it.each<Silence>(['both', 'to the server', 'to the client'])(
    '(%s) it is noticed, calls go on without it, and other connections take the place of the silent ones',
    async (direction) => {
      await until(true);
      expect(proxy.silence(direction)).toBeGreaterThan(0);
      await until(false);
      expect((await asStation(wardline, 'icu-101-bed')('POST', '/calls', { type: 'patient_normal' })).status).toBeLessThan(300);
      await until(true);
    },
    60_000,
  );
});
