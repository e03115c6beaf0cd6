import type { BenchDatabase } from '../append/bench-database.js';
import { median, quantile } from '../append/statistics.js';
import type { Statement } from '../../../src/platform/database/statement.js';
import { EscalationEngine, MOST_AT_ONCE } from '../../../src/ward/calls/ladder/escalation-engine.js';
import { addClosedCalls, placeDueCalls } from './ward.js';

const RUNS = 200;
const WARM_UP = 20;
const INDEX = 'calls_escalation_due';
const DUE_CALLS = 100;

export interface ClaimTiming {
  readonly case: 'nothing due' | 'calls due';
  readonly runs: number;
  readonly median_ms: number;
  readonly p99_ms: number;
}

export interface ClaimResult {
  readonly closed_calls: number;
  readonly timings: readonly ClaimTiming[];
  readonly uses_index: boolean;
  readonly plan: readonly string[];
}

type ClaimStatement = Statement & { readonly values: number[] };

/** The engine's own statement, for as many calls as it claims at once. */
export function claimStatement(): ClaimStatement {
  const engine = Object.create(EscalationEngine.prototype) as EscalationEngine;
  return { ...engine.look.claim.statement, values: [MOST_AT_ONCE] };
}

/** Each run in a transaction that is rolled back, so that a due call stays due; only the claim itself is timed. */
async function time(database: BenchDatabase, claim: ClaimStatement, what: ClaimTiming['case']): Promise<ClaimTiming> {
  const client = await database.connect();
  try {
    const times: number[] = [];
    for (let n = -WARM_UP; n < RUNS; n++) {
      await client.query('BEGIN');
      const started = performance.now();
      const { rowCount } = await client.query({ ...claim });
      if (n >= 0) times.push(performance.now() - started);
      await client.query('ROLLBACK');
      if ((rowCount ?? 0) > 0 !== (what === 'calls due')) throw new Error(`${what}: the claim found ${String(rowCount)} calls`);
    }
    return { case: what, runs: times.length, median_ms: median(times), p99_ms: quantile(times, 0.99) };
  } finally {
    await client.end();
  }
}

/** The cost of one look for a due call with years of closed calls in the table. No node runs meanwhile. */
export async function measureClaim(database: BenchDatabase, closedCalls: number): Promise<ClaimResult> {
  await addClosedCalls(database, closedCalls);
  const claim = claimStatement();
  // Leftovers of the rounds would fall due meanwhile.
  await database.query(`UPDATE calls SET next_escalation_at = app_now() + interval '1 hour' WHERE next_escalation_at IS NOT NULL`);
  await database.query('VACUUM ANALYZE calls');
  const idle = await time(database, claim, 'nothing due');
  await placeDueCalls(database, DUE_CALLS, -1, 0.5);
  const busy = await time(database, claim, 'calls due');
  const plan = await database.query<{ 'QUERY PLAN': string }>(`EXPLAIN (ANALYZE, BUFFERS) ${claim.text}`, claim.values);
  const lines = plan.map((row) => row['QUERY PLAN']);
  return {
    closed_calls: closedCalls,
    timings: [idle, busy],
    uses_index: lines.some((line) => line.includes(`using ${INDEX}`)),
    plan: lines,
  };
}
