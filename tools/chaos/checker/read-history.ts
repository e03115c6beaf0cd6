import { digestOf } from '../people/digest.js';
import { factsOf } from '../people/recorder.js';
import type { ChaosDatabase } from '../world/database.js';
import type { CallRow, History, LogEvent, LogHead } from './history.js';

const EVENTS = `SELECT dept_id AS dept, seq::float8 AS seq, id, type, call_id AS "callId", actor_id AS actor, payload,
    encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash, (extract(epoch FROM at) * 1000000)::numeric(20)::text AS at,
    hash = event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at) AS "hashFits"
  FROM events ORDER BY dept_id, seq`;

const HEADS = `SELECT dept_id AS dept, last_seq::float8 AS seq, encode(last_hash, 'hex') AS hash FROM dept_stream ORDER BY dept_id`;

const CALLS = `SELECT c.id, c.dept_id AS dept, c.state, c.level, c.version, c.priority, c.accepted_by AS "acceptedBy", c.round,
    c.superseded_by IS NOT NULL OR EXISTS (SELECT FROM calls u WHERE c.id = ANY(u.supersedes)) AS "isSuperseded", t.rank, c.type,
    c.repeats, c.failsafe_repeats AS "failsafeRepeats",
    extract(epoch FROM app_now() - c.placed_at)::float8 AS age, extract(epoch FROM app_now() - c.next_escalation_at)::float8 AS overdue
  FROM calls c JOIN call_types t ON t.id = c.type`;

interface Payload {
  readonly reason?: string;
  readonly level?: number;
  readonly repeat?: number;
  readonly call?: Parameters<typeof factsOf>[0];
}

type Row = Omit<LogEvent, 'reason' | 'level' | 'repeat' | 'call' | 'digest'> & { payload: Payload };

function toLogEvent({ payload, ...row }: Row): LogEvent {
  return {
    ...row,
    reason: payload.reason ?? null,
    level: payload.level ?? null,
    repeat: payload.repeat ?? null,
    call: payload.call ? factsOf(payload.call) : null,
    digest: digestOf(payload),
  };
}

/** What the database holds, as of one instant; the nodes may go on meanwhile. */
export async function readDatabase(database: ChaosDatabase): Promise<Pick<History, 'log' | 'heads' | 'calls'>> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const calls = await client.query<CallRow>(CALLS);
    const events = await client.query<Row>(EVENTS);
    const heads = await client.query<LogHead>(HEADS);
    await client.query('COMMIT');
    return { calls: calls.rows, log: events.rows.map(toLogEvent), heads: heads.rows };
  } finally {
    await client.end();
  }
}
