import { SILENCES } from './network.js';
import { between, type Fault, type Lane, pause, seconds } from './fault.js';

const DOWN_MS = [200, 5000] as const;

const kill: Fault = {
  name: 'redis-kill',
  async inject({ redis, signal }, random) {
    const ms = between(DOWN_MS, random);
    if (!redis) return undefined;
    await redis.kill();
    await pause(ms, signal);
    await redis.start();
    return `Redis was killed, and back empty after ${seconds(ms)}`;
  },
};

const freeze: Fault = {
  name: 'redis-freeze',
  async inject({ redis, signal }, random) {
    const ms = between(DOWN_MS, random);
    if (!redis) return undefined;
    const goOn = redis.freeze();
    await pause(ms, signal);
    goOn();
    return `Redis stood still for ${seconds(ms)}`;
  },
};

const silence: Fault = {
  name: 'redis-silence',
  inject({ redisNetwork }, random) {
    const direction = SILENCES[Math.floor(random() * SILENCES.length)] ?? 'both';
    const silent = redisNetwork?.silence(direction) ?? 0;
    return Promise.resolve(silent === 0 ? undefined : `${String(silent)} connections to Redis fell silent (${direction})`);
  },
};

export const REDIS: Lane = { name: 'redis', every: [2000, 6000], faults: [kill, freeze, silence] };
