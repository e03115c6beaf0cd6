import { between, type Fault, type Lane, pause, seconds } from './fault.js';

const FULL_MS = [2000, 8000] as const;

const fill: Fault = {
  name: 'disk-full',
  async inject({ ownDatabase, signal }, random) {
    const ms = between(FULL_MS, random);
    const disk = ownDatabase?.disk;
    if (!ownDatabase || !disk) return undefined;
    const before = ownDatabase.died;
    const bytes = disk.fill();
    await pause(ms, signal);
    disk.empty();
    const died = ownDatabase.died - before;
    await ownDatabase.untilUp();
    return `the database's disk was full for ${seconds(ms)} (the last ${String(bytes >> 20)} MB taken${died > 0 ? '; the database went down' : ''})`;
  },
};

const fillLog: Fault = {
  name: 'log-full',
  async inject({ logDisk, signal }, random) {
    const ms = between(FULL_MS, random);
    if (!logDisk) return undefined;
    logDisk.fill();
    await pause(ms, signal);
    logDisk.empty();
    return `the disk under the nodes' logs was full for ${seconds(ms)}`;
  },
};

export const DISK: Lane = { name: 'disk', every: [6000, 14_000], faults: [fill, fillLog] };
