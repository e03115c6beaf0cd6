import { between, type Fault, type Lane, pause, seconds } from './fault.js';

/** The first half of it goes by until nothing more fits between client and node. */
const DEAF_MS = [10_000, 20_000] as const;

const stopReading: Fault = {
  name: 'never-reads',
  async inject({ deaf, signal }, random) {
    const ms = between(DEAF_MS, random);
    const reader = deaf[Math.floor(random() * deaf.length)];
    if (!reader) return undefined;
    const goOn = reader.stopReading();
    await pause(ms, signal);
    goOn();
    return `a client did not read for ${seconds(ms)}`;
  },
};

export const READERS: Lane = { name: 'readers', every: [1000, 3000], faults: [stopReading] };
