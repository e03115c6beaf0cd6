import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../append/statistics.js';
import { atMost, type Bench, type Outcome } from '../bench.js';
import { untilQuiet } from '../quiescence.js';
import { row, whole } from '../report.js';
import { simulate, startSimulatedHospital, type WardResult } from '../ward/simulated-ward.js';
import { hireAdministrator } from '../ward/staff.js';
import type { WardlineServer } from '../ward/wardline-server.js';

const PROFILE = 'S2';
const LOOK_EVERY_MS = 1000;
const MB = 2 ** 20;
const GOAL_MB = 1;
/** The ratio of the p99 with it to the p99 without: two runs on a shared machine differ by as much. */
const UNCHANGED = 1.2;

/** The cost of the reader that did not read. */
interface Stalled {
  /** Bytes that waited in its stream, at most. */
  readonly most_waiting: number;
  /** Held by the process for it at the end: heap and buffers with it, less the same without it. */
  readonly held: number;
  readonly stalls: number;
  readonly endings: number;
}

/** A reader that stops reading and goes on sending, under load; and the same load without one. */
export async function stalledReader(bench: Bench): Promise<Outcome> {
  const { options, transport, database, say } = bench;
  const server = await startSimulatedHospital(bench);
  const cookie = await hireAdministrator(database, transport === 'tls');
  const without: WardResult[] = [];
  const beside: WardResult[] = [];
  const stalled: Stalled[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    say(`round ${String(round + 1)}: ${PROFILE} without it`);
    without.push(await simulate(bench, server, PROFILE));
    say(`round ${String(round + 1)}: ${PROFILE} beside it`);
    const one = await besideIt(bench, server, cookie);
    beside.push(one.result);
    stalled.push(one.stalled);
  }
  const p99s = (results: readonly WardResult[]) => results.map((result) => result.milliseconds.button_to_screen_each.p99);
  const ratio = median(p99s(beside).map((p99, round) => p99 / (p99s(without)[round] ?? Number.NaN)));
  const worst = Math.max(...stalled.map((one) => Math.max(one.most_waiting, one.held))) / MB;
  return {
    title: `stalled-reader, ${transport}: ${String(options.minutes)} minute(s) of ${PROFILE} beside a reader of all departments that stopped reading and goes on sending, ${String(options.rounds)} round(s)`,
    lines: [...waitLines(without, beside), '', ...costLines(stalled)],
    settings: { transport, minutes: options.minutes, rounds: options.rounds, wardline: server.settings },
    result: { without, beside, stalled },
    goals: [atMost('MB for it, at most', worst, GOAL_MB), atMost('p99 of the others, beside it ÷ without it', ratio, UNCHANGED)],
  };
}

async function besideIt(bench: Bench, server: WardlineServer, cookie: string): Promise<{ result: WardResult; stalled: Stalled }> {
  const { database, tls } = bench;
  const rows = await database.query<{ id: string }>(`SELECT id FROM departments WHERE id LIKE 'sim-%' ORDER BY id`);
  const fleet = bench.startFleet();
  await fleet.ask('stall', { place: { port: server.port, ca: tls?.cert }, cookie, departments: rows.map((one) => one.id) });
  const over = new AbortController();
  const watching = watch(server, over.signal);
  const result = await simulate(bench, server, PROFILE).finally(() => {
    over.abort();
  });
  const mostWaiting = await watching;
  await untilQuiet(() => server.child.ask('usage'));
  const before = await server.child.ask('settle');
  const { stalls = 0, endings = 0 } = (await fleet.ask('stalls')) ?? {};
  await fleet.ask('leave');
  await untilQuiet(() => server.child.ask('usage'));
  const after = await server.child.ask('settle');
  await fleet.stop();
  const held = before.heap_used + before.external - after.heap_used - after.external;
  return { result, stalled: { most_waiting: mostWaiting, held, stalls, endings } };
}

async function watch(server: WardlineServer, over: AbortSignal): Promise<number> {
  let most = 0;
  while (!over.aborted) {
    most = Math.max(most, await server.child.ask('mostWaiting'));
    await sleep(LOOK_EVERY_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return most;
}

function waitLines(without: readonly WardResult[], beside: readonly WardResult[]): string[] {
  const line = (label: string, { milliseconds, counts, streams, server }: WardResult) => {
    const { p50, p95, p99, max } = milliseconds.button_to_screen_each;
    const rss = whole(server?.rss_mb ?? Number.NaN);
    return row(label, ...[p50, p95, p99, max].map((ms) => ms.toFixed(1)), whole(counts.errors), whole(streams.gaps), rss);
  };
  return [
    row('the others: button to screen, ms', 'p50', 'p95', 'p99', 'max', 'errors', 'gaps', 'RSS MB'),
    ...without.flatMap((result, n) => [
      line(`${String(n + 1)}. without it`, result),
      ...beside.slice(n, n + 1).map((other) => line(`${String(n + 1)}. beside it`, other)),
    ]),
  ];
}

function costLines(stalled: readonly Stalled[]): string[] {
  return [
    row('the one that does not read', 'MB waiting', 'MB held', 'stood still', 'cut off'),
    ...stalled.map(({ most_waiting: waiting, held, stalls, endings }, n) =>
      row(`${String(n + 1)}.`, (waiting / MB).toFixed(2), (held / MB).toFixed(2), whole(stalls), whole(endings)),
    ),
    ...(stalled.every((one) => one.most_waiting === 0)
      ? ['THE KERNEL TOOK ALL OF IT: too short a run to fill its buffers and show anything']
      : []),
    '(waiting: in its stream, most of what was seen once a second; held: heap and buffers at the end, less the same without it; cut off, it comes back',
    'and stands still again)',
  ];
}
