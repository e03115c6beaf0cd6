import { OwnRedis } from '../bench/process/own-redis.js';
import { SmallDisk } from './world/small-disk.js';
import { TcpProxy } from './world/tcp-proxy.js';

const DISK_MB = 384;
/** Far more than the nodes say. */
const LOG_DISK_MB = 32;

/** The means of this machine, and the reasons for the missing ones. */
export interface Means {
  readonly disk: SmallDisk | undefined;
  /** For the nodes' logs. */
  readonly logDisk: SmallDisk | undefined;
  readonly redis: OwnRedis | undefined;
  /** Before that Redis. */
  readonly redisNetwork: TcpProxy | undefined;
  readonly impossible: Readonly<Record<string, string>>;
}

/** Gets what the faults need; what cannot be had makes its faults impossible, which the report says. */
export async function gatherMeans(faults: readonly string[], isGivenDatabase: boolean): Promise<Means> {
  const impossible: Record<string, string> = {};
  if (isGivenDatabase) {
    for (const name of ['database-kill', 'disk-full']) impossible[name] = 'the database is not ours (--url)';
  }
  const needsDisk = faults.includes('disk-full') && !isGivenDatabase;
  const disk = needsDisk ? SmallDisk.mount(DISK_MB) : undefined;
  if (needsDisk && !disk) impossible['disk-full'] = 'a small file system may not be mounted here';
  const needsLogDisk = faults.includes('log-full');
  const logDisk = needsLogDisk ? SmallDisk.mount(LOG_DISK_MB) : undefined;
  if (needsLogDisk && !logDisk) impossible['log-full'] = 'a small file system may not be mounted here';
  const hasRedis = OwnRedis.isPossible();
  if (!hasRedis) for (const name of ['redis-kill', 'redis-freeze', 'redis-silence']) impossible[name] = 'redis-server is not installed';
  const redis = hasRedis ? await OwnRedis.start() : undefined;
  const redisNetwork = redis && (await TcpProxy.listen(() => ({ host: '127.0.0.1', port: Number(new URL(redis.url).port) })));
  return { disk, logDisk, redis, redisNetwork, impossible };
}
