import { randomUUID } from 'node:crypto';
import { Counter, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemoryBackplane } from '../../../src/cluster/memory/memory-backplane.js';
import { GuardedBackplane } from '../../../src/cluster/ports/guarded-backplane.js';
import { MemoryWorld } from '../../../src/cluster/memory/memory-world.js';
import { RedisBackplane } from '../../../src/cluster/redis/redis-backplane.js';
import { SystemClock } from '../../../src/platform/common/clock.js';
import { ExtensionGuard } from '../../../src/platform/extensions/extension-guard.js';
import { createLogger, type Logger } from '../../../src/platform/logging/logger.js';
import { backplaneContract } from '../../../src/testing/contracts/backplane/backplane.contract.js';
import { describeWithRedis, TestRedis } from '../../support/servers/redis.js';

describe('the backplane in memory', () => {
  backplaneContract(it, () => ({
    newWorld: () => {
      const world = new MemoryWorld();
      return Promise.resolve((serverId) => Promise.resolve(new MemoryBackplane(serverId, new SystemClock(), world)));
    },
  }));
});

describe('a backplane behind its guard', () => {
  backplaneContract(it, () => ({
    newWorld: async () => {
      const world = new MemoryWorld();
      const logger = await createLogger({ level: 'fatal', pretty: false });
      const failures = new Counter({ name: 'failures', help: 'of a test', labelNames: ['point', 'reason'], registers: [new Registry()] });
      return (serverId) => {
        const own = new MemoryBackplane(serverId, new SystemClock(), world);
        return Promise.resolve(new GuardedBackplane(own, new ExtensionGuard(logger, new SystemClock(), failures)));
      };
    },
  }));
});

describeWithRedis('the backplane in Redis', () => {
  let redis: TestRedis;
  let logger: Logger;
  beforeAll(async () => {
    redis = await TestRedis.open();
    logger = await createLogger({ level: 'fatal', pretty: false });
  });
  afterAll(() => redis.stop());

  backplaneContract(it, () => ({
    newWorld: () => {
      const facility = randomUUID();
      return Promise.resolve((serverId) => Promise.resolve(new RedisBackplane({ url: redis.url, serverId, facility, logger })));
    },
  }));

  it('says how much memory it uses and may use; where it may not be asked, it stays up', async () => {
    await redis.command('CONFIG', 'SET', 'maxmemory', '268435456');
    await redis.command('ACL', 'SETUSER', 'mute', 'on', '>of-a-test', '~*', '&*', '+@all', '-info');
    const open = async (url: string) => {
      const backplane = new RedisBackplane({ url, serverId: randomUUID(), facility: randomUUID(), logger });
      await backplane.start();
      return backplane;
    };
    const [one, mute] = await Promise.all([open(redis.url), open(redis.url.replace('//', '//mute:of-a-test@'))]);
    try {
      const memory = await one.memory();
      expect(memory).toEqual({ used: expect.any(Number) as number, limit: 268_435_456 });
      expect(memory?.used).toBeGreaterThan(100_000);
      expect([await mute.memory(), mute.isUp]).toEqual([undefined, true]);
    } finally {
      await Promise.all([one.stop(), mute.stop()]);
    }
    await redis.command('CONFIG', 'SET', 'maxmemory', '0');
  });
});
