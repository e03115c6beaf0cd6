import { join } from 'node:path';
import type { Publishing } from '../../peers/peer.js';
import type { Bench, Outcome } from '../bench.js';
import { type Goals, reached } from './delivery-goals.js';
import { type DeliveryResult, measureDeliveries } from './delivery-rounds.js';
import { ALONE, startPeers, startWardlineSides, WARDLINE } from './delivery-sides.js';
import { costLines, costTable } from './delivery-table.js';
import { whole } from '../report.js';
import type { PeerName } from '../sides.js';

interface Delivering {
  readonly what: string;
  readonly publishing: Publishing;
  readonly peers: readonly PeerName[];
  readonly goals: Goals;
}

const FANOUT: Delivering = {
  what: 'fanout',
  publishing: { turns: 40, burst: 1, everyMs: 50 },
  peers: ['bare', 'ws', 'socket-io', 'bun'],
  goals: { bare: { plain: 1.05 } },
};

const BURST: Delivering = {
  what: 'burst',
  publishing: { turns: 12, burst: 50, everyMs: 400 },
  peers: ['bare', 'ws', 'ws-corked', 'socket-io', 'bun'],
  goals: { ws: { plain: 1 / 20, tls: 1 / 4 }, 'socket-io': { plain: 1 / 20, tls: 1 / 5 }, bun: { plain: 0.8, tls: 1.1 } },
};

/** One event to all readers. */
export function fanout(bench: Bench): Promise<Outcome> {
  return compare(bench, FANOUT);
}

/** Many events at once to all readers. */
export function burst(bench: Bench): Promise<Outcome> {
  return compare(bench, BURST);
}

async function compare(bench: Bench, { what, publishing, peers, goals }: Delivering): Promise<Outcome> {
  const { options, transport, tls, say } = bench;
  const { sides: own, server } = await startWardlineSides(bench);
  const { sides, missing } = await startPeers(bench, peers);
  const fleet = bench.startFleet();
  const file = options.profileDir === undefined ? undefined : join(options.profileDir, `${what}-${transport}.cpuprofile`);
  const results = await measureDeliveries(fleet, [...own, ...sides], tls?.cert, {
    publishing,
    rounds: options.rounds,
    profileOf: file === undefined ? undefined : { name: WARDLINE, file },
    onRound: say,
  });
  const lines = costLines(results, WARDLINE, ALONE);
  const { turns, burst: atOnce } = publishing;
  return {
    title:
      `${what}, ${transport}: ${atOnce === 1 ? 'one event' : `${String(atOnce)} events at once`} to ${whole(options.readers)} readers, ` +
      `${String(turns)} times a round, ${String(options.rounds)} rounds a side, alternated`,
    lines: [...costTable(lines), ...missing, '', ...footnotes(results)],
    settings: { transport, readers: options.readers, ...publishing, rounds: options.rounds, wardline: server.settings },
    result: { us_per_delivery: lines, missing, rounds: results.map(({ side, rounds }) => ({ side: side.name, rounds })) },
    goals: reached(lines, goals, transport),
  };
}

function footnotes(results: readonly DeliveryResult[]): string[] {
  const reads = results.map(({ side, rounds }) => {
    const least = Math.min(...rounds.map((round) => round.reads_per_delivery));
    return `${side.name} ${least.toFixed(2)}`;
  });
  const bytes = results.map(({ side, rounds }) => `${side.name} ${whole(rounds[0]?.event_bytes ?? 0)}`);
  return [
    'delivery alone: less what the same events cost with one reader of another department, in the same process and round',
    `(reading them from the log and encoding them once). Bytes an event: ${bytes.join(', ')}.`,
    `Reads a delivery at the readers, least: ${reads.join(', ')}.`,
  ];
}
