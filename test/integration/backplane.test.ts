import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { MemoryBackplane } from '../../src/cluster/memory/memory-backplane.js';
import { MemoryWorld } from '../../src/cluster/memory/memory-world.js';
import { RedisBackplane } from '../../src/cluster/redis/redis-backplane.js';
import { SystemClock } from '../../src/platform/common/clock.js';
import { createLogger, type Logger } from '../../src/platform/logging/logger.js';
import { backplaneContract } from '../support/backplane.contract.js';
import { describeWithRedis, TestRedis } from '../support/redis.js';

describe('the backplane in memory', () => {
  backplaneContract(() => ({
    newWorld: () => {
      const world = new MemoryWorld();
      return Promise.resolve((serverId) => Promise.resolve(new MemoryBackplane(serverId, new SystemClock(), world)));
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

  backplaneContract(() => ({
    newWorld: () => {
      const facility = randomUUID();
      return Promise.resolve((serverId) => Promise.resolve(new RedisBackplane({ url: redis.url, serverId, facility, logger })));
    },
  }));
});
