import { between, type Fault, type Lane, pause, seconds } from './fault.js';

const DOWN_MS = [0, 4000] as const;
const SHARE = [0.3, 1] as const;
const STALL_MS = [500, 6000] as const;

const kill: Fault = {
  name: 'database-kill',
  async inject({ ownDatabase }, random) {
    const downMs = between(DOWN_MS, random);
    const isDone = (await ownDatabase?.kill(downMs)) ?? false;
    return isDone ? `the database was killed, and down for ${seconds(downMs)}` : undefined;
  },
};

const reset: Fault = {
  name: 'database-reset',
  inject: ({ database }, random) => {
    const cut = database.proxy.reset(between(SHARE, random), random);
    return Promise.resolve(cut === 0 ? undefined : `${String(cut)} connections to the database are reset`);
  },
};

const stall: Fault = {
  name: 'database-stall',
  async inject({ database, signal }, random) {
    const ms = between(STALL_MS, random);
    const goOn = database.proxy.stall();
    await pause(ms, signal);
    goOn();
    return `nothing passed to and from the database for ${seconds(ms)}`;
  },
};

export const DATABASE: Lane = { name: 'database', every: [3000, 8000], faults: [kill, reset, stall] };
