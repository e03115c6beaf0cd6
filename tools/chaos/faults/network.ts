import type { Silence } from '../world/tcp-proxy.js';
import { between, type Fault, type Lane, pause, seconds } from './fault.js';

/** The directions that are silent. */
export const SILENCES: readonly Silence[] = ['both', 'to the server', 'to the client'];
const SHARE = [0.2, 1] as const;
const STALL_MS = [300, 7000] as const;

const reset: Fault = {
  name: 'socket-reset',
  inject: ({ cluster }, random) => {
    const slot = cluster.any(random);
    const cut = slot.proxy.reset(between(SHARE, random), random);
    return Promise.resolve(cut === 0 ? undefined : `${String(cut)} connections to ${slot.name} are reset`);
  },
};

const stall: Fault = {
  name: 'socket-stall',
  async inject({ cluster, signal }, random) {
    const slot = cluster.any(random);
    const ms = between(STALL_MS, random);
    const goOn = slot.proxy.stall();
    await pause(ms, signal);
    goOn();
    return `nothing passed to and from ${slot.name} for ${seconds(ms)}`;
  },
};

const halfOpen: Fault = {
  name: 'socket-half-open',
  inject: ({ cluster }, random) => {
    const slot = cluster.any(random);
    const survivor = random() < 0.5 ? 'client' : 'server';
    const cut = slot.proxy.halfOpen(between(SHARE, random), survivor, random);
    return Promise.resolve(cut === 0 ? undefined : `${String(cut)} connections to ${slot.name} are left with their ${survivor}'s end`);
  },
};

export const NETWORK: Lane = { name: 'network', every: [1000, 3000], faults: [reset, stall, halfOpen] };
