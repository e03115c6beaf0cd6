import type { Config } from '../../platform/config/config.js';
import { within } from '../../platform/common/within.js';
import { reasonOf } from '../failure.js';
import type { Finding } from './finding.js';

const ANSWER_MS = 3000;
const OLDEST_MAJOR = 7;

/** REDIS_URL, where it is set. */
export async function checkRedis({ cluster }: Config): Promise<Finding[]> {
  if (cluster.REDIS_URL === undefined) return [{ check: 'redis', state: 'ok', found: 'not used: one node' }];
  const { newRedisClient } = await import('../../cluster/redis/redis-client.js');
  const client = newRedisClient(cluster.REDIS_URL, 'wardline-doctor');
  // Each failed try is an event, too.
  client.on('error', () => undefined);
  try {
    const info = await within(
      client.connect().then(() => client.info('server')),
      ANSWER_MS,
    );
    const version = /(?:valkey|redis)_version:(\S+)/.exec(info)?.[1] ?? 'unknown';
    if (Number(version.split('.')[0]) < OLDEST_MAJOR)
      return [{ check: 'redis', state: 'fail', found: `version ${version}`, advice: 'Use Redis 7, Valkey, or newer' }];
    return [{ check: 'redis', state: 'ok', found: `version ${version}` }];
  } catch (error) {
    return [{ check: 'redis', state: 'fail', found: reasonOf(error), advice: 'Check REDIS_URL and the way to the server' }];
  } finally {
    client.destroy();
  }
}
