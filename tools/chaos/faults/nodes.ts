import type { Part } from '../world/node-slot.js';
import { between, type Fault, type Lane, pause, recovery, seconds } from './fault.js';

const DOWN_MS = [100, 2500] as const;
/** From a hiccup to longer than SERVER_STALE_SEC: the others then take it for dead while it only sleeps. */
const FROZEN_MS = [500, 9000] as const;

function ending(name: string, signal: 'SIGKILL' | 'SIGTERM'): Fault {
  return {
    name,
    inject: ({ cluster }, random) => {
      const slot = cluster.any(random);
      const downMs = between(DOWN_MS, random);
      const isDone = slot.end(signal, downMs);
      return Promise.resolve(isDone ? `${slot.name} gets ${signal}, and is back after ${seconds(downMs)}` : undefined);
    },
  };
}

const freeze: Fault = {
  name: 'node-freeze',
  async inject({ cluster, signal }, random) {
    const slot = cluster.any(random);
    const ms = between(FROZEN_MS, random);
    const goOn = slot.isSupervised ? undefined : slot.freeze();
    if (!goOn) return undefined;
    await pause(ms, signal);
    goOn();
    return `${slot.name} stood still for ${seconds(ms)}`;
  },
};

/** A part of a supervised node alone: a worker that is silent is replaced, and one without a supervisor goes on. */
function freezing(name: string, part: Part): Fault {
  return {
    name,
    async inject(world, random) {
      const slot = world.cluster.supervised;
      const ms = between(FROZEN_MS, random);
      const goOn = slot.freeze(part);
      if (!goOn) return undefined;
      await pause(ms, world.signal);
      goOn();
      return `the ${part === 'worker' ? 'worker' : 'supervisor'} of ${slot.name} stood still for ${seconds(ms)}; ${await recovery(world)}`;
    },
  };
}

export const NODES: Lane = {
  name: 'nodes',
  every: [1500, 4000],
  faults: [
    ending('node-kill', 'SIGKILL'),
    ending('node-stop', 'SIGTERM'),
    freeze,
    freezing('supervisor-freeze', 'process'),
    freezing('worker-freeze', 'worker'),
  ],
};
