import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchDatabase } from '../append/bench-database.js';
import { median, quantile } from '../append/statistics.js';
import { OwnCostMeter } from '../../simulate/measure/machine.js';
import { CpuMeter } from './cpu-cost.js';
import { NodeProcess } from './node-process.js';
import { connectPeople, placeDueCalls } from './ward.js';

/** For each node. */
const WARM_UP_CALLS = 300;
const WARM_UP_SPREAD_SEC = 0.3;
const LEAD_SEC = 2;
const SPREAD_SEC = 1;
/** A machine that does little else, in busy cores. */
const QUIET = 0.25;
const LOOK_EVERY_MS = 250;
/** Far more than any goal: a run that needs longer has failed, not hung. */
const GIVE_UP_MS = 60_000;

export interface LatenessRound {
  readonly nodes: number;
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  /** Calls whose level happened exactly once. */
  readonly once: number;
  readonly missing: number;
  readonly duplicates: number;
  /** From the first deadline to the last event. */
  readonly took_ms: number;
  /** Share of the machine's cores that was busy just before the round: other people's work. */
  readonly machine_busy_before: number;
  readonly machine_busy: number;
  /** CPU of nodes and database for each escalation, idle work of that time included; undefined where the database's cannot be seen. */
  readonly cpu_ms_per_call: { readonly nodes: number; readonly database: number | undefined };
}

export interface LatenessResult {
  readonly nodes: number;
  readonly rounds: readonly LatenessRound[];
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  readonly missing: number;
  readonly duplicates: number;
  readonly cpu_ms_per_call: { readonly nodes: number; readonly database: number };
}

/** Resolves when none of the calls is at level 0 any more. */
async function untilClimbed(database: BenchDatabase, ids: readonly string[]): Promise<void> {
  const giveUpAt = performance.now() + GIVE_UP_MS;
  for (;;) {
    const [row] = await database.query<{ left: number }>(`SELECT count(*)::int AS left FROM calls WHERE id = ANY($1) AND level = 0`, [ids]);
    if (row?.left === 0 || performance.now() > giveUpAt) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/** The log's record of the calls: the first event of level 1 of each, and their number. */
async function readOutcome(database: BenchDatabase, ids: readonly string[]) {
  const rows = await database.query<{ level: number; count: number; due: number; lateness: number | null }>(
    `SELECT c.level, count(e.seq)::int AS count, (extract(epoch FROM c.placed_at) * 1000)::float8 AS due,
       (extract(epoch FROM min(e.at) - (c.placed_at + make_interval(secs => c.l1_sec))) * 1000)::float8 AS lateness
     FROM calls c LEFT JOIN events e ON e.call_id = c.id AND e.type = 'call.escalated'
     WHERE c.id = ANY($1) GROUP BY c.id`,
    [ids],
  );
  const first = Math.min(...rows.map((row) => row.due));
  return {
    tookMs: Math.max(...rows.map((row) => row.due - first + (row.lateness ?? 0))),
    lateness: rows.flatMap((row) => (row.lateness === null ? [] : [row.lateness])),
    once: rows.filter((row) => row.count === 1 && row.level === 1).length,
    missing: rows.filter((row) => row.count === 0).length,
    duplicates: rows.reduce((sum, row) => sum + Math.max(0, row.count - 1), 0),
  };
}

/** Until other people's work leaves the machine to us, or for as long as we have patience. */
async function untilQuiet(patienceSec: number): Promise<void> {
  const giveUpAt = performance.now() + patienceSec * 1000;
  for (let busy = Infinity; busy > QUIET && performance.now() < giveUpAt;) {
    const meter = new OwnCostMeter();
    meter.start();
    await sleep(1000);
    busy = meter.stop().machine_cpu_share;
  }
}

interface Load {
  readonly nodes: readonly number[];
  readonly rounds: number;
  readonly due: number;
  readonly patience: number;
  onRound(line: string): void;
}

async function runRound(database: BenchDatabase, nodes: number, { due, patience }: Load): Promise<LatenessRound> {
  await untilQuiet(patience);
  await connectPeople(database);
  const processes = await Promise.all(Array.from({ length: nodes }, () => NodeProcess.start(database.url)));
  try {
    // Connections are open and statements prepared, as on any node that has been up for a minute.
    await untilClimbed(database, await placeDueCalls(database, WARM_UP_CALLS * nodes, 0.5, WARM_UP_SPREAD_SEC * nodes));
    const ids = await placeDueCalls(database, due, LEAD_SEC, SPREAD_SEC);
    const before = new OwnCostMeter();
    before.start();
    await sleep((LEAD_SEC - 0.5) * 1000);
    const busyBefore = before.stop();
    const cpu = await CpuMeter.start(
      database,
      processes.map((process) => process.pid),
    );
    const during = new OwnCostMeter();
    during.start();
    await sleep((0.5 + SPREAD_SEC) * 1000);
    await untilClimbed(database, ids);
    const busy = during.stop();
    const cost = cpu.stop();
    const outcome = await readOutcome(database, ids);
    const dead = processes.find((process) => !process.isRunning);
    if (dead) throw new Error(`a node ended during the round: ${dead.lastWords}`);
    const { lateness, once, missing, duplicates, tookMs } = outcome;
    return {
      nodes,
      p50_ms: median(lateness),
      p99_ms: quantile(lateness, 0.99),
      max_ms: Math.max(...lateness),
      once,
      missing,
      duplicates,
      took_ms: tookMs,
      machine_busy_before: busyBefore.machine_cpu_share,
      machine_busy: busy.machine_cpu_share,
      cpu_ms_per_call: { nodes: cost.nodes_ms / due, database: cost.database_ms === undefined ? undefined : cost.database_ms / due },
    };
  } finally {
    await Promise.all(processes.map((process) => process.stop()));
  }
}

/** The numbers of nodes in turns; who begins changes from round to round. */
export async function measureLateness(database: BenchDatabase, load: Load): Promise<LatenessResult[]> {
  const done: LatenessRound[] = [];
  for (let round = 0; round < load.rounds; round++) {
    for (const nodes of round % 2 === 0 ? load.nodes : load.nodes.toReversed()) {
      const one = await runRound(database, nodes, load);
      done.push(one);
      load.onRound(
        `round ${String(round + 1)} of ${String(load.rounds)}: ${String(nodes)} node(s), p50 ${one.p50_ms.toFixed(0)} ms, p99 ${one.p99_ms.toFixed(0)} ms, ` +
          `max ${one.max_ms.toFixed(0)} ms, once ${String(one.once)}/${String(load.due)}, busy cores ${one.machine_busy.toFixed(2)} (before ${one.machine_busy_before.toFixed(2)}), ` +
          `CPU ms a call: nodes ${one.cpu_ms_per_call.nodes.toFixed(2)}, database ${one.cpu_ms_per_call.database?.toFixed(2) ?? '?'}`,
      );
    }
  }
  return load.nodes.map((nodes) => {
    const rounds = done.filter((round) => round.nodes === nodes);
    const middle = (pick: (round: LatenessRound) => number) => median(rounds.map(pick));
    const sum = (pick: (round: LatenessRound) => number) => rounds.reduce((total, round) => total + pick(round), 0);
    return {
      nodes,
      rounds,
      p50_ms: middle((one) => one.p50_ms),
      p99_ms: middle((one) => one.p99_ms),
      max_ms: middle((one) => one.max_ms),
      missing: sum((one) => one.missing),
      duplicates: sum((one) => one.duplicates),
      cpu_ms_per_call: {
        nodes: middle((one) => one.cpu_ms_per_call.nodes),
        database: middle((one) => one.cpu_ms_per_call.database ?? Number.NaN),
      },
    };
  });
}
