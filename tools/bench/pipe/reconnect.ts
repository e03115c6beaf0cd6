import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FleetAnswers } from '../fleet/main.js';
import type { Holdings, Return } from '../fleet/return.js';
import type { Child } from '../process/child.js';
import type { Usage } from '../process/probe.js';
import { atMost, type Bench, type Goal, medianAtMost, type Outcome } from './bench.js';
import { untilQuiet } from './quiescence.js';
import { row, whole } from './report.js';
import { WardlineSide } from './sides.js';
import { hireDepartments } from './ward/staff.js';
import { WardlineServer } from './ward/wardline-server.js';

const CLIENTS = 5000;
const DEPARTMENTS = 20;
/** Events of each department that happen while its people are away. */
const MISSED = 10;
/** One of each department, while they come back. */
const LIVE_EVERY_MS = 500;
const AWAY_MS = 2000;
const GOAL_MS = { plain: 2000, tls: 8000 };
const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 100;
/** All clients are one process on the server's own machine, which takes its time to send 5,000 requests: that is not what is measured. */
const PATIENT = { HANDSHAKE_TIMEOUT_SEC: '60' };

interface Round extends Return {
  /** Events that some client never got. */
  readonly missing: number;
  readonly gaps: number;
  readonly snapshots: number;
  readonly cpu_ms_each: number;
}

/** All clients are cut off at once, miss some events, and come back at once. */
export async function reconnect(bench: Bench): Promise<Outcome> {
  const { options, transport, tls, database, say } = bench;
  const count = options.connections ?? CLIENTS;
  const hiring = { prefix: `back-${transport}`, departments: DEPARTMENTS, count, secure: transport === 'tls' };
  const people = await hireDepartments(database, hiring);
  const server = await WardlineServer.start({ databaseUrl: database.url, tls, env: PATIENT });
  bench.atEnd(() => server.stop());
  const log = await database.connect();
  bench.atEnd(() => log.end());
  const wards = people.departments.map((dept) => new WardlineSide(dept, server, log, [dept], []));
  const append = async (events: number) => {
    for (const ward of wards) await ward.publish({ turns: 1, burst: events, everyMs: 0 });
  };
  const usage = () => server.child.ask('usage');
  const fleet = bench.startFleet();
  const departments = people.cookies.map((_, n) => people.departments[n % DEPARTMENTS] ?? '');
  await append(1);
  await fleet.ask('gather', { place: { port: server.port, ca: tls?.cert }, cookies: people.cookies, departments });
  const profile = options.profileDir === undefined ? undefined : join(options.profileDir, `reconnect-${transport}.cpuprofile`);
  const rounds: Round[] = [];
  for (let round = 0; round < options.rounds; round += 1) {
    await untilQuiet(usage);
    await fleet.ask('cutCrowd');
    await sleep(AWAY_MS);
    await untilQuiet(usage);
    await append(MISSED);
    if (profile) await server.child.ask('startProfile');
    const one = await comeBack(fleet, { heads: () => headsOf(bench, people.departments), append, usage });
    if (profile) await server.child.ask('stopProfile', profile);
    rounds.push(one);
    say(`round ${String(round + 1)}: ${String(one.back)} of ${String(count)} back, the last after ${one.max_ms.toFixed(0)} ms`);
  }
  return {
    title: `reconnect, ${transport}: ${whole(count)} clients of ${String(DEPARTMENTS)} departments cut off and back at once, ${String(MISSED)} events missed by each, ${String(options.rounds)} round(s)`,
    lines: lines(rounds),
    settings: {
      transport,
      clients: count,
      departments: DEPARTMENTS,
      missed: MISSED,
      live_every_ms: LIVE_EVERY_MS,
      wardline: server.settings,
    },
    result: rounds,
    goals: goalsOf(rounds, transport),
  };
}

interface Ward {
  readonly heads: () => Promise<Record<string, number>>;
  readonly append: (events: number) => Promise<void>;
  readonly usage: () => Promise<Usage>;
}

async function comeBack(fleet: Child<FleetAnswers>, { heads, append, usage }: Ward): Promise<Round> {
  const before = await usage();
  const isOver = new AbortController();
  const live = keepAppending(append, isOver.signal);
  const back = await fleet.ask('comeBack', await heads()).finally(async () => {
    isOver.abort();
    await live;
  });
  const after = await usage();
  const holdings = await caughtUp(fleet, await heads());
  return { ...back, ...holdings, cpu_ms_each: (after.cpu_us - before.cpu_us) / 1000 / back.clients };
}

/** Life goes on while they come back. */
async function keepAppending(append: Ward['append'], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await append(1);
    await sleep(LIVE_EVERY_MS);
  }
}

/** The events that clients lack when nothing is under way any more. */
async function caughtUp(fleet: Child<FleetAnswers>, heads: Readonly<Record<string, number>>) {
  const giveUpAt = performance.now() + SETTLE_MS;
  for (;;) {
    const { least, gaps, snapshots }: Holdings = await fleet.ask('holdings');
    const missing = Object.entries(heads).reduce((sum, [dept, head]) => sum + head - (least[dept] ?? 0), 0);
    if (missing === 0 || performance.now() > giveUpAt) return { missing, gaps, snapshots };
    await sleep(LOOK_AGAIN_MS);
  }
}

async function headsOf({ database }: Bench, departments: readonly string[]): Promise<Record<string, number>> {
  const rows = await database.query<{ dept: string; head: number }>(
    'SELECT dept_id AS dept, last_seq::int AS head FROM dept_stream WHERE dept_id = ANY($1)',
    [departments],
  );
  return Object.fromEntries(rows.map(({ dept, head }) => [dept, head]));
}

function lines(rounds: readonly Round[]): string[] {
  return [
    row(
      'ms until all that was missed is there',
      'back',
      'p50',
      'p95',
      'p99',
      'last',
      'missing',
      'gaps',
      'snapshots',
      'retries',
      'CPU ms each',
    ),
    ...rounds.map((one, n) => {
      const times = [one.p50_ms, one.p95_ms, one.p99_ms, one.max_ms].map(whole);
      const counts = [one.missing, one.gaps, one.snapshots, one.failures].map(whole);
      return row(`round ${String(n + 1)}`, whole(one.back), ...times, ...counts, one.cpu_ms_each.toFixed(2));
    }),
    '(clients, server and PostgreSQL share the machine; events go on meanwhile)',
  ];
}

function goalsOf(rounds: readonly Round[], transport: 'plain' | 'tls'): Goal[] {
  const worst = (of: (round: Round) => number) => Math.max(...rounds.map(of));
  return [
    medianAtMost(
      'ms until the last one is back, median of the rounds',
      rounds.map((one) => one.max_ms),
      GOAL_MS[transport],
    ),
    atMost(
      'clients that never came back',
      worst((one) => one.clients - one.back),
      0,
    ),
    atMost(
      'events missing, gaps, snapshots',
      worst((one) => one.missing + one.gaps + one.snapshots),
      0,
    ),
  ];
}
