import { readFileSync } from 'node:fs';
import { median } from '../append/statistics.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { untilQuiet } from '../pipe/quiescence.js';
import { row, whole } from '../pipe/report.js';
import { hireDepartments } from '../pipe/ward/staff.js';
import { WardlineServer } from '../pipe/ward/wardline-server.js';

const CONNECTIONS = 5000;
const AT_ONCE = 32;
const DEPARTMENTS = 20;
const KB = 1024;
const PAGE_BYTES = 4096;
/** Both ends of a connection over loopback are sockets of this kernel. */
const ENDS = 2;
/** The kernel's caches for sockets; only root reads them. */
const SLABS = ['TCP', 'TCPv6', 'sock_inode_cache', 'filp', 'dentry', 'ep_item', 'eventpoll_epi', 'eventpoll_pwq'];

interface KernelUse {
  /** All slabs, in bytes. */
  readonly slab: number;
  /** TCP buffers, in bytes. */
  readonly buffers: number;
  readonly sockets: number;
  /** Bytes in use by cache; empty without root. */
  readonly caches: ReadonlyMap<string, number>;
}

function number(text: string, pattern: RegExp): number {
  return Number(pattern.exec(text)?.[1] ?? Number.NaN);
}

function cachesInUse(): ReadonlyMap<string, number> {
  let text: string;
  try {
    text = readFileSync('/proc/slabinfo', 'utf8');
  } catch {
    return new Map(); // root only
  }
  // name, active objects, objects, bytes each
  const rows = [...text.matchAll(/^(\S+) +(\d+) +\d+ +(\d+) /gm)];
  return new Map(
    rows.filter(([, name = '']) => SLABS.includes(name)).map(([, name = '', active, size]) => [name, Number(active) * Number(size)]),
  );
}

function kernelUse(): KernelUse {
  const sockets = readFileSync('/proc/net/sockstat', 'utf8');
  return {
    slab: number(readFileSync('/proc/meminfo', 'utf8'), /^Slab: +(\d+) kB/m) * KB,
    buffers: number(sockets, /^TCP: .* mem (\d+)/m) * PAGE_BYTES,
    sockets: number(sockets, /^TCP: inuse (\d+)/m),
    caches: cachesInUse(),
  };
}

interface Footprint {
  readonly slab_bytes: number;
  readonly buffer_bytes: number;
  readonly caches: Readonly<Record<string, number>>;
}

/** The cost of an idle socket for the kernel, in addition to the process's. */
export async function kernelMemory(bench: Bench): Promise<Outcome> {
  const { options, database, say } = bench;
  const count = options.connections ?? CONNECTIONS;
  const title = `kernel-memory: ${whole(count)} idle connections over loopback, ${String(options.rounds)} round(s)`;
  if (process.platform !== 'linux') return { title, lines: ['NOT MEASURED: /proc is Linux’s'], settings: {}, result: null, goals: [] };
  const crowd = await hireDepartments(database, { prefix: 'kernel', departments: DEPARTMENTS, count, secure: false });
  const rounds: Footprint[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    const server = await WardlineServer.start({ databaseUrl: database.url, tls: undefined, env: { HEARTBEAT_IDLE_SEC: '86400' } });
    bench.atEnd(() => server.stop());
    const fleet = bench.startFleet();
    await untilQuiet(() => server.child.ask('usage'));
    const before = kernelUse();
    const connecting = { place: { port: server.port, ca: undefined }, dialect: 'wardline' as const, count, atOnce: AT_ONCE, ...crowd };
    const { ready, failed } = await fleet.ask('connect', { name: 'idle', ...connecting });
    if (ready !== count) throw new Error(`${String(ready)} of ${String(count)} connected: ${JSON.stringify(failed)}`);
    await untilQuiet(() => server.child.ask('usage'));
    const after = kernelUse();
    const sockets = count * ENDS;
    const caches = [...after.caches].map(([name, bytes]) => [name, (bytes - (before.caches.get(name) ?? 0)) / sockets] as const);
    rounds.push({
      slab_bytes: (after.slab - before.slab) / sockets,
      buffer_bytes: (after.buffers - before.buffers) / sockets,
      caches: Object.fromEntries(caches),
    });
    say(`round ${String(round + 1)}: ${whole((after.slab - before.slab) / sockets)} bytes of slab a socket`);
    await fleet.stop();
    await server.stop();
  }
  return { title, lines: lines(rounds), settings: { connections: count }, result: rounds, goals: [] };
}

function lines(rounds: readonly Footprint[]): string[] {
  const bytes = (figure: (one: Footprint) => number) => whole(median(rounds.map(figure)));
  const names = Object.keys(rounds[0]?.caches ?? {});
  return [
    row('bytes of the kernel for each socket', 'median'),
    row(
      'all slabs',
      bytes((one) => one.slab_bytes),
    ),
    ...names.map((name) =>
      row(
        `  of which ${name}`,
        bytes((one) => one.caches[name] ?? Number.NaN),
      ),
    ),
    row(
      'TCP buffers',
      bytes((one) => one.buffer_bytes),
    ),
    ...(names.length === 0 ? ['(the caches are not told apart: /proc/slabinfo is read by root only)'] : []),
    '(both ends are sockets of this kernel: what came with the connections is divided by two sockets each; slabs are the whole machine’s, so nothing else may run)',
  ];
}
