import { join } from 'node:path';
import { median } from '../append/statistics.js';
import type { FleetAnswers } from '../fleet/main.js';
import type { Child } from '../process/child.js';
import { atMost, type Bench, type Outcome } from './bench.js';
import { startPeer } from './delivery/delivery-sides.js';
import { untilQuiet } from './quiescence.js';
import { row, whole } from './report.js';
import { type PeerName, type Side, WardlineSide } from './sides.js';
import { hireDepartments } from './ward/staff.js';
import { WardlineServer } from './ward/wardline-server.js';

const CONNECTIONS = 10_000;
const AT_ONCE = 32;
const DEPARTMENTS = 20;
/** The part of the connections that come before the first look. */
const FIRST_SHARE = 5;
const GOAL_KB = { plain: 7, tls: 32 };
const PEERS: readonly PeerName[] = ['ws', 'socket-io', 'bun'];
const KB = 1024;

/** KB for each connection. */
interface Footprint {
  readonly rss_kb: number;
  readonly heap_kb: number;
  readonly external_kb: number;
}

/** A server of its own for each round: a process's memory, once used, is never as it was. */
interface Started {
  readonly side: Side;
  readonly settings?: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
  readonly snapshot?: () => Promise<void>;
}

/** Memory of connections that are signed in, subscribed and silent. */
export async function idleMemory(bench: Bench): Promise<Outcome> {
  const { options, transport, database, say } = bench;
  const count = options.connections ?? CONNECTIONS;
  const people = await hireDepartments(database, {
    prefix: `idle-${transport}`,
    departments: DEPARTMENTS,
    count,
    secure: transport === 'tls',
  });
  const missing: string[] = [];
  const found = new Map<string, Footprint[]>();
  let settings = {};
  for (let round = 0; round < options.rounds; round += 1) {
    const order = ['wardline' as const, ...PEERS.filter((peer) => options.only?.includes(peer) ?? true)];
    for (const name of [...order.slice(round % order.length), ...order.slice(0, round % order.length)]) {
      const started = name === 'wardline' ? await startWardline(bench, people) : await startIdlePeer(bench, name, count, missing);
      if (!started) continue;
      try {
        const footprint = await measure(bench.startFleet(), started, count, bench.tls?.cert);
        settings = started.settings ?? settings;
        say(`round ${String(round + 1)}: ${started.side.name} ${footprint.rss_kb.toFixed(2)} KB a connection`);
        found.set(started.side.name, [...(found.get(started.side.name) ?? []), footprint]);
      } finally {
        await started.stop();
      }
    }
  }
  return {
    title: `idle-memory, ${transport}: ${whole(count)} connections${transport === 'tls' ? ' over TLS' : ''}, ${String(options.rounds)} round(s), a new server each`,
    lines: [...lines(found), ...new Set(missing)],
    settings: { transport, connections: count, rounds: options.rounds, wardline: settings },
    result: Object.fromEntries(found),
    goals: [atMost('KB of RSS for each connection of Wardline', medianOf(found.get('Wardline') ?? [], 'rss_kb'), GOAL_KB[transport])],
  };
}

async function startWardline(
  { database, tls, options, transport }: Bench,
  { cookies, departments }: { cookies: readonly string[]; departments: readonly string[] },
): Promise<Started> {
  const server = await WardlineServer.start({ databaseUrl: database.url, tls, env: { HEARTBEAT_IDLE_SEC: '86400' } });
  const log = await database.connect();
  const { profileDir } = options;
  return {
    side: new WardlineSide('Wardline', server, log, departments, cookies),
    settings: server.settings,
    stop: async () => {
      await log.end();
      await server.stop();
    },
    ...(profileDir !== undefined && {
      snapshot: () => server.child.ask('writeSnapshot', join(profileDir, `idle-memory-${transport}.heapsnapshot`)),
    }),
  };
}

async function startIdlePeer(bench: Bench, peer: PeerName, count: number, missing: string[]): Promise<Started | undefined> {
  const side = await startPeer(peer, count, bench.tls);
  if ('missing' in side) {
    missing.push(side.missing);
    return undefined;
  }
  return { side, stop: () => side.child.stop() };
}

/** From a part of the connections to all of them: what the process had to spare at its start is used up by the first ones. */
async function measure(fleet: Child<FleetAnswers>, { side, snapshot }: Started, count: number, ca: string | undefined): Promise<Footprint> {
  const { port, dialect, cookies, departments } = side;
  const connect = async (name: string, from: number, to: number) => {
    const some = { cookies: cookies.slice(from, to), departments, count: to - from, atOnce: AT_ONCE };
    const { ready, failed } = await fleet.ask('connect', { name, place: { port, ca }, dialect, ...some });
    if (ready !== to - from)
      throw new Error(`${String(ready)} of ${String(to - from)} connected to ${side.name}: ${JSON.stringify(failed)}`);
    await untilQuiet(() => side.ask('usage'));
    return side.ask('settle');
  };
  const first = Math.ceil(count / DEPARTMENTS / FIRST_SHARE) * DEPARTMENTS;
  await connect('warm-up', 0, first);
  await fleet.ask('cut', 'warm-up');
  const before = await connect('first', 0, first);
  const after = await connect('others', first, count);
  await snapshot?.();
  for (const name of ['first', 'others']) {
    const { lost } = await fleet.ask('tally', name);
    if (lost > 0) throw new Error(`${String(lost)} connections to ${side.name} were lost meanwhile`);
  }
  await fleet.stop();
  const each = (key: 'rss' | 'heap_used' | 'external') => (after[key] - before[key]) / (count - first) / KB;
  return { rss_kb: each('rss'), heap_kb: each('heap_used'), external_kb: each('external') };
}

function medianOf(rounds: readonly Footprint[], key: keyof Footprint): number {
  return median(rounds.map((round) => round[key]));
}

function lines(found: ReadonlyMap<string, readonly Footprint[]>): string[] {
  const ours = medianOf(found.get('Wardline') ?? [], 'rss_kb');
  return [
    row('KB for each connection', 'RSS', 'min', 'max', 'heap', 'external', 'ours ÷ this'),
    ...[...found].map(([name, rounds]) => {
      const rss = rounds.map((round) => round.rss_kb);
      const cells = [median(rss), Math.min(...rss), Math.max(...rss), medianOf(rounds, 'heap_kb'), medianOf(rounds, 'external_kb')];
      const ratio = name === 'Wardline' ? '' : (ours / median(rss)).toFixed(2);
      return row(name, ...cells.map((kb) => kb.toFixed(2)), ratio);
    }),
    '(RSS after forced collections, from a fifth of the connections to all; each of Wardline’s is another person’s session, subscribed to a department)',
  ];
}
