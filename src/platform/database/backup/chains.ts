import type pg from 'pg';
import { AUDIT_LINK_HOLDS } from '../audit-link.js';

/** The first event of each department that does not follow the one before it, and the last one where it is not the head's. */
const EVENTS = `SELECT dept_id AS dept, min(seq)::float8 AS seq FROM (
    SELECT e.*, lag(e.seq, 1, s.purged_seq) OVER log AS before, lag(e.hash, 1, s.purged_hash) OVER log AS last_hash
    FROM events e JOIN dept_stream s ON s.dept_id = e.dept_id WINDOW log AS (PARTITION BY e.dept_id ORDER BY e.seq)
  ) e
  WHERE seq <> before + 1 OR prev_hash <> last_hash
    OR hash <> event_hash(prev_hash, dept_id, seq, id, type, payload, call_id, actor_id, at)
  GROUP BY dept_id
  UNION ALL
  SELECT s.dept_id, s.last_seq::float8 FROM dept_stream s LEFT JOIN events e ON e.dept_id = s.dept_id AND e.seq = s.last_seq
  WHERE s.last_seq > s.purged_seq AND e.hash IS DISTINCT FROM s.last_hash
  ORDER BY 1, 2`;
const AUDIT = `SELECT min(id)::float8 AS id FROM (
    SELECT a.id FROM (
      SELECT a.*, lag(a.id, 1, h.purged_id) OVER w AS last_id, lag(a.hash, 1, h.purged_hash) OVER w AS last_hash
      FROM audit a CROSS JOIN audit_head h WINDOW w AS (ORDER BY a.id)
    ) a
    WHERE NOT ${AUDIT_LINK_HOLDS}
    UNION ALL
    SELECT h.last_id FROM audit_head h LEFT JOIN audit a ON a.id = h.last_id
    WHERE h.last_id > h.purged_id AND a.hash IS DISTINCT FROM h.last_hash
  ) broken`;

/** Recomputes each hash of the log and of the audit. @returns a line for each chain that does not hold; none where all do */
export async function brokenChains(client: pg.Client): Promise<string[]> {
  const events = await client.query<{ dept: string; seq: number }>(EVENTS);
  const audit = await client.query<{ id: number | null }>(AUDIT);
  const broken = new Map<string, number>();
  for (const { dept, seq } of events.rows) if (!broken.has(dept)) broken.set(dept, seq);
  const lines = [...broken].map(([dept, seq]) => `the log of ${dept} at ${String(seq)}`);
  const id = audit.rows[0]?.id ?? null;
  return id === null ? lines : [...lines, `the audit at ${String(id)}`];
}
