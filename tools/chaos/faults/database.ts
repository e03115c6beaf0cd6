import { between, type Fault, type Lane, pause, recovery, seconds } from './fault.js';
import { SILENCES } from './network.js';

const RETRY_MS = 200;
const DOWN_MS = [0, 4000] as const;
const SHARE = [0.3, 1] as const;
const STALL_MS = [500, 6000] as const;
const READ_ONLY_MS = [1000, 6000] as const;

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

const silence: Fault = {
  name: 'database-silence',
  async inject(world, random) {
    const direction = SILENCES[Math.floor(random() * SILENCES.length)] ?? 'both';
    const silent = world.database.proxy.silence(direction);
    return `${String(silent)} connections to the database fell silent (${direction}); ${await recovery(world)}`;
  },
};

/** As after a failover to a server that is not the primary yet: sessions that began meanwhile stay read-only. */
const readOnly: Fault = {
  name: 'database-read-only',
  async inject(world, random) {
    const { database, signal } = world;
    const ms = between(READ_ONLY_MS, random);
    const set = (value: string) =>
      database.query(
        `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = ${value}', current_database()); END $$`,
      );
    // A server that is being killed at this moment is not made read-only.
    const isDone = await set('on').then(
      () => true,
      () => false,
    );
    if (!isDone) return undefined;
    database.proxy.reset(1, random);
    await pause(ms, signal);
    while (
      !(await set('off').then(
        () => true,
        () => false,
      ))
    )
      await pause(RETRY_MS, new AbortController().signal);
    return `the database was read-only for ${seconds(ms)}; ${await recovery(world)}`;
  },
};

export const DATABASE: Lane = { name: 'database', every: [3000, 8000], faults: [kill, reset, stall, silence, readOnly] };
