import { median, quantile } from '../append/statistics.js';
import { targetAt } from '../client/target.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { row, whole } from '../pipe/report.js';
import { BenchCluster, startRedis, withoutRedis } from './bench-cluster.js';
import { Screen } from './screen.js';
import { Buttons, type BenchWard, furnishWard, type Press } from './ward.js';

const EVERY_MS = 50;
const ARRIVAL_TIMEOUT_MS = 10_000;
const WARM_UP = 20;

interface ScreenRound {
  /** Milliseconds from the button to a screen at another node; with one node, at that one. */
  readonly cross: readonly number[];
  /** To a screen at the node that took the press. */
  readonly own: readonly number[];
  /** From the button to the answer. */
  readonly answered: readonly number[];
  readonly missing: number;
}

/** The time from a press at one node until the call is on a screen at another. */
export async function clusterScreens(bench: Bench): Promise<Outcome> {
  const { options, database, say } = bench;
  const title = `cluster-screens: button to a screen at another node, ${whole(options.presses)} presses, ${String(options.rounds)} round(s), alternated`;
  const missing = withoutRedis(title);
  if (missing) return missing;
  const { redis, statistics } = await startRedis(bench);
  const ward = await furnishWard(database, { dept: 'screens', nurses: Math.max(...options.nodes) });
  const rounds = new Map<number, ScreenRound[]>();
  let settings = {};
  for (let round = 0; round < options.rounds; round += 1) {
    for (const count of options.nodes) {
      const cluster = await BenchCluster.start(bench, redis, count);
      const one = await pressAndWatch(cluster, ward, options.presses);
      await cluster.stop();
      ({ settings } = cluster);
      rounds.set(count, [...(rounds.get(count) ?? []), one]);
      say(`round ${String(round + 1)}: ${String(count)} node(s), p50 ${quantile(one.cross, 0.5).toFixed(1)} ms`);
    }
  }
  return {
    title,
    lines: lines(rounds),
    settings: { nodes: options.nodes, presses: options.presses, every_ms: EVERY_MS, redis: await statistics.version(), wardline: settings },
    result: Object.fromEntries([...rounds].map(([count, all]) => [count, all.map(summary)])),
    goals: [],
  };
}

async function pressAndWatch({ nodes }: BenchCluster, { dept, cookies, keys }: BenchWard, count: number): Promise<ScreenRound> {
  const screens = nodes.map(({ port }, node) => new Screen(node, targetAt(port), cookies[node] ?? '', dept));
  const buttons = new Buttons(
    nodes.map(({ port }) => port),
    keys,
  );
  try {
    for (const screen of screens) await screen.whenLive();
    await buttons.press(WARM_UP, EVERY_MS);
    const presses = await buttons.press(count, EVERY_MS);
    await untilArrived(screens, presses);
    return timesOf(screens, presses);
  } finally {
    buttons.close();
    for (const screen of screens) await screen.close();
  }
}

async function untilArrived(screens: readonly Screen[], presses: readonly Press[]): Promise<void> {
  const giveUpAt = performance.now() + ARRIVAL_TIMEOUT_MS;
  const isComplete = () => screens.every(({ arrivals }) => presses.every(({ callId }) => arrivals.has(callId)));
  while (!isComplete() && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 20));
}

function timesOf(screens: readonly Screen[], presses: readonly Press[]): ScreenRound {
  const cross: number[] = [];
  const own: number[] = [];
  let missing = 0;
  for (const { callId, writtenAt, node } of presses) {
    for (const screen of screens) {
      const at = screen.arrivals.get(callId);
      if (at === undefined) missing += 1;
      else if (screen.node === node) own.push(at - writtenAt);
      else cross.push(at - writtenAt);
    }
  }
  const answered = presses.map(({ writtenAt, answeredAt }) => answeredAt - writtenAt);
  return { cross: screens.length === 1 ? own : cross, own, answered, missing };
}

function summary({ cross, own, answered, missing }: ScreenRound) {
  const of = (times: readonly number[]) => ({
    count: times.length,
    p50_ms: quantile(times, 0.5),
    p99_ms: quantile(times, 0.99),
    max_ms: Math.max(...times),
  });
  return { cross_node: of(cross), own_node: of(own), answered: of(answered), missing };
}

function lines(rounds: ReadonlyMap<number, readonly ScreenRound[]>): string[] {
  return [
    row('ms from the button', 'p50', 'p99', 'max', 'own node p50', 'own p99', 'answer p50', 'missing'),
    ...[...rounds].map(([count, all]) => {
      const each = all.map(summary);
      const middle = (figure: (one: ReturnType<typeof summary>) => number) => median(each.map(figure)).toFixed(1);
      const label = count === 1 ? '1 node (its own screen)' : `${String(count)} nodes, screen at another one`;
      return row(
        label,
        middle((one) => one.cross_node.p50_ms),
        middle((one) => one.cross_node.p99_ms),
        Math.max(...each.map((one) => one.cross_node.max_ms)).toFixed(1),
        middle((one) => one.own_node.p50_ms),
        middle((one) => one.own_node.p99_ms),
        middle((one) => one.answered.p50_ms),
        whole(all.reduce((sum, one) => sum + one.missing, 0)),
      );
    }),
    '(medians of the rounds, max over all; all nodes, PostgreSQL, Redis and the clients share one machine; each call is taken back before its button is pressed again)',
  ];
}
