import type { BenchDatabase } from '../append/bench-database.js';

/** A `call.*` event as the checker reads it. */
export interface CallEvent {
  readonly callId: string;
  readonly seq: number;
  readonly type: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly level: number | null;
  readonly repeat: number | null;
  /** Of the call that the event carries. */
  readonly callState: string;
  readonly callLevel: number;
}

/** A call's row at the end. */
export interface CallRow {
  readonly id: string;
  readonly state: string;
  readonly level: number;
  readonly priority: number;
  readonly rank: number;
  readonly type: string;
  readonly repeats: number;
  readonly failsafeRepeats: number;
  /** Seconds since it was placed. */
  readonly age: number;
  /** Seconds since its deadline; negative before it, null when there is none. */
  readonly overdue: number | null;
}

export interface StreamFault {
  readonly dept: string;
  readonly fault: string;
}

/** The whole of what the database holds, as of one instant. */
export interface History {
  readonly calls: readonly CallRow[];
  readonly events: readonly CallEvent[];
  readonly eventCount: number;
  readonly streamFaults: readonly StreamFault[];
}

const CALLS = `SELECT c.id, c.state, c.level, c.priority, t.rank, c.type, c.repeats, c.failsafe_repeats AS "failsafeRepeats",
    extract(epoch FROM app_now() - c.placed_at)::float8 AS age, extract(epoch FROM app_now() - c.next_escalation_at)::float8 AS overdue
  FROM calls c JOIN call_types t ON t.id = c.type`;

const EVENTS = `SELECT call_id AS "callId", seq::float8 AS seq, type, actor_id AS actor, payload ->> 'reason' AS reason,
    (payload ->> 'level')::int AS level, (payload ->> 'repeat')::int AS repeat,
    payload -> 'call' ->> 'state' AS "callState", (payload -> 'call' ->> 'level')::int AS "callLevel"
  FROM events WHERE call_id IS NOT NULL ORDER BY call_id, seq`;

/** Holes, a chain that does not close, and a head that is not the last event. */
const STREAM_FAULTS = `WITH chain AS (
    SELECT e.*, lag(seq, 1, 0::bigint) OVER w AS before, lag(hash, 1, '\\x'::bytea) OVER w AS hash_before, lag(at) OVER w AS at_before
    FROM events e WINDOW w AS (PARTITION BY dept_id ORDER BY seq))
  SELECT dept_id AS dept, 'a hole before ' || seq AS fault FROM chain WHERE seq <> before + 1
  UNION ALL SELECT dept_id, 'the chain is broken at ' || seq FROM chain WHERE prev_hash <> hash_before
  UNION ALL SELECT dept_id, 'a hash that is not its event''s at ' || seq FROM chain
    WHERE hash <> event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at)
  UNION ALL SELECT dept_id, 'time goes backwards at ' || seq FROM chain WHERE at < at_before
  UNION ALL SELECT s.dept_id, 'the head is ' || s.last_seq || ', the last event ' || coalesce(e.seq, 0) FROM dept_stream s
    LEFT JOIN LATERAL (SELECT seq, hash FROM events e WHERE e.dept_id = s.dept_id ORDER BY seq DESC LIMIT 1) e ON true
    WHERE s.last_seq <> coalesce(e.seq, 0) OR s.last_hash <> coalesce(e.hash, '\\x'::bytea)`;

/** The nodes may go on meanwhile. */
export async function readHistory(database: BenchDatabase): Promise<History> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const calls = await client.query<CallRow>(CALLS);
    const events = await client.query<CallEvent>(EVENTS);
    const count = await client.query<{ count: number }>('SELECT count(*)::int AS count FROM events');
    const faults = await client.query<StreamFault>(STREAM_FAULTS);
    await client.query('COMMIT');
    return { calls: calls.rows, events: events.rows, eventCount: count.rows[0]?.count ?? 0, streamFaults: faults.rows };
  } finally {
    await client.end();
  }
}
