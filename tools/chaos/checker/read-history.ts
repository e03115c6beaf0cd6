import { digestOf } from '../people/digest.js';
import { factsOf } from '../people/recorder.js';
import type { ChaosDatabase } from '../world/database.js';
import type { Asking, CallRow, History, LogEvent, LogHead } from './history.js';

const EVENTS = `SELECT dept_id AS dept, seq::float8 AS seq, id, type, call_id AS "callId", actor_id AS actor, payload,
    encode(prev_hash, 'hex') AS "prevHash", encode(hash, 'hex') AS hash, (extract(epoch FROM at) * 1000000)::numeric(20)::text AS at,
    hash = event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at) AS "hashFits"
  FROM events ORDER BY dept_id, seq`;

const HEADS = `SELECT dept_id AS dept, last_seq::float8 AS seq, encode(last_hash, 'hex') AS hash FROM dept_stream ORDER BY dept_id`;

const CALLS = `SELECT c.id, c.dept_id AS dept, c.state, c.level, c.version, c.priority, c.accepted_by AS "acceptedBy", c.round,
    c.superseded_by IS NOT NULL AS "isSuperseded",
    c.superseded_by AS "supersededBy", c.supersedes,
    c.superseded_by IS NOT NULL OR EXISTS (SELECT FROM calls u WHERE c.id = ANY(u.supersedes)) AS "wasSuperseded", t.rank, c.type,
    c.repeats, c.failsafe_repeats AS "failsafeRepeats",
    extract(epoch FROM app_now() - c.placed_at)::float8 AS age, extract(epoch FROM app_now() - c.next_escalation_at)::float8 AS overdue
  FROM calls c JOIN call_types t ON t.id = c.type`;

/** The reasons of a turn, and the calls whose clocks run, once more: the server cannot redefine them. $1: RECEIPT_SEC. */
const ASKINGS = `SELECT c.dept_id AS dept, a.call_id AS "callId", a.staff_id AS "staffId", a.asked_after::float8 AS "askedAfter",
    a.received_at IS NOT NULL AS "isReceived", a.missed_at IS NOT NULL AS "isMissed",
    a.withdrawn_at IS NULL AND a.received_at IS NULL AND a.accepted_at IS NULL AND (a.missed_at IS NULL OR a.missed_at < a.queued_at)
      AND a.reason IN ('primary', 'backup', 'queue', 'reassigned', 'no_receipt', 'came_on_duty', 'was_present')
      AND c.state = 'pending' AND c.superseded_by IS NULL AND t.dispatch = 'assigned' AS "isAwaited",
    extract(epoch FROM app_now() - greatest(coalesce(a.receipt_from, a.queued_at), w.ready_at, w.receipts_since))::float8 - $1 AS overdue
  FROM annunciations a JOIN calls c ON c.id = a.call_id JOIN call_types t ON t.id = c.type CROSS JOIN ward_watch w
  UNION ALL
  SELECT c.dept_id, p.call_id, p.staff_id, p.asked_after::float8, p.received_at IS NOT NULL, false, false, 0
  FROM past_annunciations p JOIN calls c ON c.id = p.call_id`;

interface Payload {
  readonly staff_id?: string;
  readonly reason?: string;
  readonly level?: number;
  readonly repeat?: number;
  readonly call?: Parameters<typeof factsOf>[0];
}

type Row = Omit<LogEvent, 'staffId' | 'reason' | 'level' | 'repeat' | 'call' | 'digest'> & { payload: Payload };

function toLogEvent({ payload, ...row }: Row): LogEvent {
  return {
    ...row,
    staffId: payload.staff_id ?? null,
    reason: payload.reason ?? null,
    level: payload.level ?? null,
    repeat: payload.repeat ?? null,
    call: payload.call ? factsOf(payload.call) : null,
    digest: digestOf(payload),
  };
}

export type Stored = Pick<History, 'log' | 'heads' | 'calls' | 'askings'>;

/** The database's content, as of one instant; the nodes may go on meanwhile. */
export async function readDatabase(database: ChaosDatabase, rules: History['rules']): Promise<Stored> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const calls = await client.query<CallRow>(CALLS);
    const askings = await client.query<Asking>(ASKINGS, [rules.receiptSec]);
    const events = await client.query<Row>(EVENTS);
    const heads = await client.query<LogHead>(HEADS);
    await client.query('COMMIT');
    return { calls: calls.rows, askings: askings.rows, log: events.rows.map(toLogEvent), heads: heads.rows };
  } finally {
    await client.end();
  }
}
