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

export const REDIS: Lane = { name: 'redis', every: [2000, 6000], faults: [kill, freeze] };
