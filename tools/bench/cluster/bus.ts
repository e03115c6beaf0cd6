import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../append/statistics.js';
import type { FleetAnswers } from '../fleet/main.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { untilArrived } from '../pipe/delivery/delivery-rounds.js';
import { untilQuiet } from '../pipe/quiescence.js';
import { row, whole } from '../pipe/report.js';
import type { Child } from '../process/child.js';
import { BenchCluster, startRedis, withoutRedis } from './bench-cluster.js';
import type { RedisStatistics } from './redis-statistics.js';
import { Buttons, type BenchWard, furnishWard } from './ward.js';

const READERS = 100;
const CONNECTING_AT_ONCE = 16;
const EVERY_MS = 20;
const IDLE_MS = 5000;
const WARM_UP = 20;

/**
 * The place of the department's readers: all at the last node, or spread over all; presses are made at the first. In this
 * order, because a node goes on listening for a while after its last reader has gone.
 */
const SPREADS = ['one', 'all'] as const;
type Spread = (typeof SPREADS)[number];

interface BusRound {
  readonly events: number;
  /** CPU of all nodes for each event, less what they use when nothing happens; and that, in ms a second. */
  readonly cpu_ms: number;
  readonly idle_cpu_ms_per_second: number;
  readonly published: number;
  readonly heard: number;
  readonly listeners: number;
  readonly redis_commands: number;
}

/** The cost of an event for the nodes and the bus, by the number of nodes and by the place of its readers. */
export async function clusterBus(bench: Bench): Promise<Outcome> {
  const { options, database, say } = bench;
  const title = `cluster-bus: what an event costs nodes and bus, ${String(READERS)} readers, ${whole(options.presses)} presses, ${String(options.rounds)} round(s), alternated`;
  const missing = withoutRedis(title);
  if (missing) return missing;
  const { redis, statistics } = await startRedis(bench);
  const ward = await furnishWard(database, { dept: 'bus', nurses: READERS });
  const fleet = bench.startFleet();
  const rounds = new Map<string, BusRound[]>();
  let settings = {};
  for (let round = 0; round < options.rounds; round += 1) {
    for (const count of options.nodes) {
      const cluster = await BenchCluster.start(bench, redis, count);
      ({ settings } = cluster);
      for (const spread of count === 1 ? (['all'] as const) : SPREADS) {
        const one = await measure(bench, { fleet, cluster, statistics, ward, spread });
        const label = labelOf(count, spread);
        rounds.set(label, [...(rounds.get(label) ?? []), one]);
        say(`round ${String(round + 1)}: ${label}, ${one.cpu_ms.toFixed(2)} ms of CPU an event`);
      }
      await cluster.stop();
    }
  }
  return {
    title,
    lines: lines(rounds),
    settings: {
      nodes: options.nodes,
      readers: READERS,
      presses: options.presses,
      every_ms: EVERY_MS,
      redis: await statistics.version(),
      wardline: settings,
    },
    result: Object.fromEntries(rounds),
    goals: [],
  };
}

interface Parts {
  readonly fleet: Child<FleetAnswers>;
  readonly cluster: BenchCluster;
  readonly statistics: RedisStatistics;
  readonly ward: BenchWard;
  readonly spread: Spread;
}

async function measure({ database, options }: Bench, { fleet, cluster, statistics, ward, spread }: Parts): Promise<BusRound> {
  const { dept, keys } = ward;
  const at = spread === 'all' ? cluster.nodes : cluster.nodes.slice(-1);
  const groups = await connectReaders(fleet, spread, at, ward);
  const buttons = new Buttons([cluster.nodes[0]?.port ?? 0], keys);
  const head = async () => {
    const [stream] = await database.query<{ last_seq: string }>('SELECT last_seq FROM dept_stream WHERE dept_id = $1', [dept]);
    return Number(stream?.last_seq ?? 0);
  };
  try {
    await buttons.press(WARM_UP, EVERY_MS);
    for (const { child } of cluster.nodes) await untilQuiet(() => child.ask('usage'));
    const idleFrom = await cluster.cpuUs();
    await sleep(IDLE_MS);
    const idleMs = (await cluster.cpuUs()) - idleFrom;
    for (const name of groups) await fleet.ask('mark', name);
    const [seq, heard] = [await head(), await cluster.wakeUpsHeard()];
    await statistics.reset();
    const [cpu, started] = [await cluster.cpuUs(), performance.now()];
    await buttons.press(options.presses, EVERY_MS);
    const events = (await head()) - seq;
    for (const name of groups) await untilArrived(fleet, name, events);
    const seconds = (performance.now() - started) / 1000;
    const used = (await cluster.cpuUs()) - cpu;
    const commands = await statistics.commands();
    const idlePerSecond = idleMs / IDLE_MS;
    return {
      events,
      cpu_ms: (used / 1000 - idlePerSecond * seconds) / events,
      idle_cpu_ms_per_second: idlePerSecond,
      published: (commands.get('publish')?.calls ?? 0) / events,
      heard: ((await cluster.wakeUpsHeard()) - heard) / events,
      listeners: await statistics.listenersOf(dept),
      redis_commands: [...commands.values()].reduce((sum, { calls }) => sum + calls, 0) / events,
    };
  } finally {
    buttons.close();
    for (const name of groups) await fleet.ask('cut', name);
  }
}

/** @returns the names of the groups: one for each spread, since those that were cut may still be counted as lost */
async function connectReaders(
  fleet: Child<FleetAnswers>,
  spread: Spread,
  nodes: BenchCluster['nodes'],
  { dept, cookies }: BenchWard,
): Promise<string[]> {
  const each = Math.floor(READERS / nodes.length);
  const names: string[] = [];
  for (const [index, { port }] of nodes.entries()) {
    const name = `${spread}-${String(port)}`;
    const some = { cookies: cookies.slice(index * each, (index + 1) * each), departments: [dept], count: each, atOnce: CONNECTING_AT_ONCE };
    const { ready, failed } = await fleet.ask('connect', { name, place: { port, ca: undefined }, dialect: 'wardline', ...some });
    if (ready !== each) throw new Error(`${String(ready)} of ${String(each)} readers connected: ${JSON.stringify(failed)}`);
    names.push(name);
  }
  return names;
}

function labelOf(nodes: number, spread: Spread): string {
  if (nodes === 1) return '1 node';
  return spread === 'all' ? `${String(nodes)} nodes, readers on all` : `${String(nodes)} nodes, readers on one`;
}

function lines(rounds: ReadonlyMap<string, readonly BusRound[]>): string[] {
  return [
    row('for each event', 'CPU ms', 'published', 'heard', 'Redis cmds', 'listeners', 'idle ms/s', 'events'),
    ...[...rounds].map(([label, all]) => {
      const middle = (figure: keyof BusRound, digits: number) => median(all.map((one) => one[figure])).toFixed(digits);
      const cells = [middle('cpu_ms', 2), middle('published', 2), middle('heard', 2), middle('redis_commands', 2), middle('listeners', 0)];
      return row(label, ...cells, middle('idle_cpu_ms_per_second', 1), middle('events', 0));
    }),
    '(medians of the rounds; CPU of all nodes together, less what they use idle; published: PUBLISH at Redis; heard: wake-ups that nodes took from other nodes; listeners: nodes on the department’s channel; pressed at the first node, `one` is the last)',
  ];
}
