import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../append/statistics.js';
import { codeOf } from '../client/api-error.js';
import { roundsAtMost } from '../hostile/verdict.js';
import type { Bench, Outcome } from '../pipe/bench.js';
import { row } from '../pipe/report.js';
import { profiled } from '../pipe/sides.js';
import { CommandWard } from './command-ward.js';
import { startWardline } from './sides.js';

/** Long enough for a queue to fill: requests that wait longer than they are of use show only then. */
const SECONDS = 10;
const DEPARTMENTS = 20;
/** Buttons of each department for each second: none is pressed twice in a measurement. */
const STATIONS_A_SECOND = 60;
/** Buttons that are pressed at a time while the ceiling is looked for. */
const CLIENTS = 40;
/** An answer that takes longer is no use. */
const USEFUL_MS = 2000;
const GOAL_RATIO = 1 / 0.9;

interface Tally {
  /** Presses and accepts that were answered in time. */
  good: number;
  late: number;
  refused: Record<string, number>;
  pressMs: number[];
}

interface Bed {
  readonly ward: CommandWard;
  readonly key: string;
}

/** Presses and accepts a second that a node carries, and what it carries when twice as many come. */
export async function overload(bench: Bench): Promise<Outcome> {
  const { options, say } = bench;
  const seconds = options.seconds ?? SECONDS;
  const sides = [
    { name: 'wardline', how: {} },
    ...(options.against === undefined ? [] : [{ name: 'against', how: { root: options.against } }]),
    ...(options.node === undefined ? [] : [{ name: 'other node', how: { node: options.node } }]),
  ];
  const measured = [];
  for (const { name, how } of sides) {
    const side = await startWardline(bench, name, how);
    const beds = await furnish(bench, side.port, name.slice(0, 1), seconds);
    measured.push({ name, beds, side, rounds: [] as { ceiling: number; goodput: number; tally: Tally }[] });
  }
  for (const { beds } of measured) await closedLoop(beds, 1);
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name, beds, rounds } of measured) {
      const ceiling = (await closedLoop(beds, seconds)).good / seconds;
      const tally = await openLoop(beds, seconds, ceiling);
      const goodput = tally.good / seconds;
      rounds.push({ ceiling, goodput, tally });
      say(`round ${String(round + 1)}: ${name}, ceiling ${ceiling.toFixed(0)}/s, at twice that ${goodput.toFixed(0)}/s`);
    }
  }
  const { profileDir } = options;
  if (profileDir !== undefined) {
    for (const { name, beds, side } of measured)
      await profiled(side.child, join(profileDir, `overload-${name}.cpuprofile`), async () => {
        await closedLoop(beds, seconds);
      });
  }
  return {
    title: `overload: presses and accepts a second, ${String(DEPARTMENTS)} departments, ${String(seconds)} s each, ${String(options.rounds)} round(s)`,
    lines: [
      row('', 'ceiling/s', 'goodput/s', 'p50 ms', 'p99 ms', 'late'),
      ...measured.flatMap(({ name, rounds }) =>
        rounds.map(({ ceiling, goodput, tally }) =>
          row(
            name,
            ceiling.toFixed(0),
            goodput.toFixed(0),
            quantile(tally.pressMs, 0.5).toFixed(0),
            quantile(tally.pressMs, 0.99).toFixed(0),
            String(tally.late),
          ),
        ),
      ),
      `refusals by code: ${JSON.stringify(measured.map(({ name, rounds }) => [name, rounds.map(({ tally }) => tally.refused)]))}`,
      '(p50 and p99 of presses under overload; clients and PostgreSQL share the machine)',
    ],
    settings: { seconds, departments: DEPARTMENTS, clients: CLIENTS, useful_ms: USEFUL_MS },
    result: measured.map(({ name, rounds }) => ({ name, rounds })),
    goals: [
      roundsAtMost(
        'ceiling ÷ goodput at twice the ceiling',
        (measured[0]?.rounds ?? []).map(({ ceiling, goodput }) => ceiling / goodput),
        GOAL_RATIO,
      ),
      roundsAtMost(
        '600 ÷ ceiling',
        (measured[0]?.rounds ?? []).map(({ ceiling }) => 600 / ceiling),
        1,
      ),
    ],
  };
}

async function furnish(bench: Bench, port: number, prefix: string, seconds: number): Promise<FreeBeds> {
  const stations = STATIONS_A_SECOND * seconds;
  const beds: Bed[][] = [];
  for (let n = 0; n < DEPARTMENTS; n += 1) {
    const ward = await CommandWard.open(bench, port, `${prefix}-${String(n)}`, stations);
    beds.push(ward.ward.keys.map((key) => ({ ward, key })));
  }
  // Department by department, so that neighbours in the list are of different ones.
  return new FreeBeds(
    Array.from({ length: stations }, (_, station) => beds.map((of) => of[station]))
      .flat()
      .filter((bed) => bed !== undefined),
  );
}

function newTally(): Tally {
  return { good: 0, late: 0, refused: {}, pressMs: [] };
}

/** The next beds without a call, and the calls that were opened. */
class FreeBeds {
  private next = 0;
  private readonly open: { readonly ward: CommandWard; readonly id: string }[] = [];

  constructor(private readonly beds: readonly Bed[]) {}

  /** @throws Error when every bed has a call: a second press there is a repeat, and no new call */
  take(): Bed {
    const bed = this.beds[this.next++];
    if (!bed) throw new Error('every bed has a call: measure for fewer seconds');
    return bed;
  }

  noteCall(ward: CommandWard, id: string): void {
    this.open.push({ ward, id });
  }

  /** Ends all calls, which is not measured. */
  async empty(): Promise<void> {
    const end = async () => {
      for (let call = this.open.pop(); call; call = this.open.pop())
        for (const command of ['accept', 'arrive', 'complete'] as const) await call.ward.command(command, call.id).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: CLIENTS }, end));
    this.next = 0;
  }
}

async function pressAndAccept(beds: FreeBeds, tally: Tally): Promise<void> {
  const count = async (work: () => Promise<{ answeredAt: number; writtenAt: number; body: unknown }>) => {
    const startedAt = performance.now();
    try {
      const answer = await work();
      if (performance.now() - startedAt > USEFUL_MS) tally.late += 1;
      else tally.good += 1;
      return answer;
    } catch (error) {
      const code = codeOf(error);
      tally.refused[code] = (tally.refused[code] ?? 0) + 1;
      return undefined;
    }
  };
  const { ward, key } = beds.take();
  const press = await count(() => ward.press(key));
  if (!press) return;
  tally.pressMs.push(press.answeredAt - press.writtenAt);
  const { id } = press.body as { id: string };
  beds.noteCall(ward, id);
  await count(() => ward.command('accept', id));
}

async function closedLoop(beds: FreeBeds, seconds: number): Promise<Tally> {
  const tally = newTally();
  const until = performance.now() + seconds * 1000;
  const work = async () => {
    while (performance.now() < until) await pressAndAccept(beds, tally);
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  await beds.empty();
  return tally;
}

/** @param perSecond presses and accepts that were carried: so many presses alone, with their accepts, are twice that */
async function openLoop(beds: FreeBeds, seconds: number, perSecond: number): Promise<Tally> {
  const tally = newTally();
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (let n = 0; n < perSecond * seconds; n += 1) {
    const wait = started + (n * 1000) / perSecond - performance.now();
    if (wait > 1) await sleep(wait);
    running.push(pressAndAccept(beds, tally));
  }
  await Promise.all(running);
  await beds.empty();
  return tally;
}
