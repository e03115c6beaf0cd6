import { median } from '../../append/statistics.js';
import type { Bench, Goal, Outcome } from '../bench.js';
import { row, whole } from '../report.js';
import type { PeerName, Side } from '../sides.js';
import { type Goals, reached } from './delivery-goals.js';
import { type DeliveryResult, measureDeliveries } from './delivery-rounds.js';
import { ALONE, PEERS as PEER_NAMES, startPeers, startWardlineSides, WARDLINE } from './delivery-sides.js';
import { type CostLine, costLines, costTable } from './delivery-table.js';

/** How long each side is measured at each rate, in each round. */
const SECONDS = 4;
const PEERS: readonly PeerName[] = ['bare', 'ws', 'socket-io', 'bun'];
/** By events a second. */
const GOALS: Readonly<Record<number, Goals>> = {
  10: { bare: { plain: 1.05 } },
  100: { bare: { plain: 0.6 }, bun: { plain: 1 } },
  500: { bare: { plain: 0.15 }, bun: { plain: 1 } },
};
/** Below this share of a rate, a side was measured at another one. */
const REACHED = 0.95;

interface AtRate {
  readonly rate: number;
  readonly results: readonly DeliveryResult[];
  readonly costs: readonly CostLine[];
}

/** One event after another to all readers, by rate. Rates are never compared: a process that does more has warmer caches. */
export async function steady(bench: Bench): Promise<Outcome> {
  const { options, transport } = bench;
  const seconds = options.seconds ?? SECONDS;
  const { sides: own, server } = await startWardlineSides(bench);
  const { sides, missing } = await startPeers(bench, PEERS);
  const measured: AtRate[] = [];
  for (const rate of options.rates) measured.push(await atRate(bench, [...own, ...sides], rate, seconds));
  return {
    title:
      `steady, ${transport}: one event at a time to ${whole(options.readers)} readers, ${options.rates.join(', ')} a second, ` +
      `${String(seconds)} s a round, ${String(options.rounds)} rounds a side, alternated`,
    lines: [...measured.flatMap(lines), ...missing, ...FOOTNOTES],
    settings: { transport, readers: options.readers, rates: options.rates, seconds, rounds: options.rounds, wardline: server.settings },
    result: measured.map(({ rate, results, costs }) => ({
      rate,
      us_per_delivery: costs,
      rounds: results.map(({ side, rounds }) => ({ side: side.name, rounds })),
    })),
    goals: measured.flatMap((one) => goalsOf(one, transport)),
  };
}

async function atRate(bench: Bench, sides: readonly Side[], rate: number, seconds: number): Promise<AtRate> {
  const fleet = bench.startFleet();
  const results = await measureDeliveries(fleet, sides, bench.tls?.cert, {
    publishing: { turns: rate * seconds, burst: 1, everyMs: 1000 / rate },
    rounds: bench.options.rounds,
    onRound: (line) => {
      bench.say(`${String(rate)} a second, ${line}`);
    },
  });
  await fleet.stop();
  return { rate, results, costs: costLines(results, WARDLINE, ALONE) };
}

/** Two sides are compared when both reached the rate. */
function goalsOf({ rate, results, costs }: AtRate, transport: Bench['transport']): Goal[] {
  const slow = new Set(
    results.filter(({ rounds }) => median(rounds.map((round) => round.events_per_second)) < rate * REACHED).map(({ side }) => side.name),
  );
  const isOursSlow = slow.has(WARDLINE) || slow.has(ALONE);
  return Object.entries(GOALS[rate] ?? {}).flatMap(([peer, goal]) => {
    const goals = reached(costs, { [peer]: goal }, transport, ` at ${String(rate)} a second`);
    const isReached = !isOursSlow && !slow.has(PEER_NAMES[peer as PeerName]);
    return isReached ? goals : goals.map((one): Goal => ({ ...one, met: 'too noisy' }));
  });
}

function lines({ rate, results, costs }: AtRate): string[] {
  const rates = results.map(({ side, rounds }) => `${side.name} ${whole(median(rounds.map((round) => round.events_per_second)))}`);
  const reads = results.map(({ side, rounds }) => `${side.name} ${median(rounds.map((round) => round.reads_per_delivery)).toFixed(2)}`);
  return [
    row(`${String(rate)} events a second`),
    ...costTable(costs),
    `events a second, as they came: ${rates.join(', ')}`,
    `reads a delivery at the readers: ${reads.join(', ')}`,
    '',
  ];
}

const FOOTNOTES = [
  'delivery alone: less what the same events cost with one reader of another department, in the same process and round. Another process',
  'appends the events. Each rate is measured for itself; a side that did not reach it has no verdict.',
];
