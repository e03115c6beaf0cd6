import type { BenchDatabase } from '../../append/bench-database.js';
import { findBun } from '../../process/bun-binary.js';
import type { TlsFiles } from '../../peers/peer.js';
import type { Bench } from '../bench.js';
import { type PeerName, PeerSide, type Side, WardlineSide } from '../sides.js';
import { hireStaff } from '../ward/staff.js';
import { WardlineServer } from '../ward/wardline-server.js';

/** Longer than a sweep of the heads takes, and shorter than half of the time between two events: no two events are read as one. */
const POLL_INTERVAL_MS = 20;
/** The counting readers answer no pings. */
const PATIENT = { HEARTBEAT_IDLE_SEC: '86400' };

export const WARDLINE = 'Wardline';
/** The same server with one reader: what its events cost apart from their delivery. */
export const ALONE = 'Wardline, 1 reader';

export const PEERS: Readonly<Record<PeerName, string>> = {
  bare: 'bare pre-framed write',
  ws: 'ws, send loop',
  'ws-corked': 'ws, corked',
  'socket-io': 'Socket.IO, room emit',
  bun: 'Bun, publish',
};

/** Both departments of one server. */
export async function startWardlineSides(bench: Bench): Promise<{ sides: WardlineSide[]; server: WardlineServer }> {
  const { database, tls, options } = bench;
  const dept = (name: string) => `${name}-${bench.transport}`;
  const secure = tls !== undefined;
  const many = await hireStaff(database, { dept: dept('many'), count: options.readers, secure });
  const one = await hireStaff(database, { dept: dept('one'), count: 1, secure });
  const server = await WardlineServer.start({
    databaseUrl: database.url,
    tls,
    env: { POLL_INTERVAL_MS: String(POLL_INTERVAL_MS), ...PATIENT },
  });
  bench.atEnd(() => server.stop());
  const log = await logOf(bench, database);
  const sides = [new WardlineSide(WARDLINE, server, log, [dept('many')], many), new WardlineSide(ALONE, server, log, [dept('one')], one)];
  return { sides, server };
}

async function logOf(bench: Bench, database: BenchDatabase) {
  const log = await database.connect();
  bench.atEnd(() => log.end());
  return log;
}

/** A peer on its own runtime; why not, where that cannot run. */
export async function startPeer(peer: PeerName, readers: number, tls: TlsFiles | undefined): Promise<PeerSide | { missing: string }> {
  const bun = peer === 'bun' ? findBun() : undefined;
  if (bun && 'missing' in bun) return { missing: `BUN IS NOT IN THIS TABLE: ${bun.missing}` };
  return PeerSide.start(peer, PEERS[peer], bun?.path ?? process.execPath, readers, tls);
}

/** The peers that were asked for and can run. @returns also the reason for each that cannot */
export async function startPeers(
  { options, tls, atEnd }: Bench,
  names: readonly PeerName[],
): Promise<{ sides: Side[]; missing: string[] }> {
  const sides: Side[] = [];
  const missing: string[] = [];
  for (const name of names.filter((peer) => options.only?.includes(peer) ?? true)) {
    const side = await startPeer(name, options.readers, tls);
    if ('missing' in side) {
      missing.push(side.missing);
    } else {
      atEnd(() => side.child.stop());
      sides.push(side);
    }
  }
  return { sides, missing };
}
