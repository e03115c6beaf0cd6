import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';

const list = statement(
  'list_audit',
  `SELECT id::float8 AS id, iso(at) AS at, actor, action, target, result, host(address) AS address, detail FROM audit
   WHERE id < $1 AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3) ORDER BY id DESC LIMIT $4`,
);
const verifyAudit = statement(
  'verify_audit',
  `SELECT count(*)::int AS checked, (min(id) FILTER (WHERE NOT whole))::float8 AS broken_at, max(id)::float8 AS last FROM (
     SELECT id, hash = audit_hash(prev_hash, id, at, actor, action, target, result, address, detail)
       AND (lag(hash) OVER w IS NULL OR prev_hash = lag(hash) OVER w) AND (lag(id) OVER w IS NULL OR id = lag(id) OVER w + 1) AS whole
     FROM audit WHERE id > $1 AND id <= $1 + $2 + 1 WINDOW w AS (ORDER BY id)
   ) links`,
);
const auditHead = statement(
  'audit_head',
  `SELECT h.last_id::float8 AS last, h.last_id = 0 OR h.last_hash = (SELECT hash FROM audit WHERE id = h.last_id) AS whole FROM audit_head h`,
);

/** Links checked in one statement. */
const VERIFY_BATCH = 20_000;

export interface AuditRecord {
  id: number;
  at: string;
  actor: string;
  action: string;
  target: string | null;
  result: string;
  address: string | null;
  detail: unknown;
}

export interface AuditFilter {
  before: number;
  actor?: string | undefined;
  action?: string | undefined;
  limit: number;
}

export interface ChainReport {
  ok: boolean;
  checked: number;
  /** The first record that does not fit; null when all do. */
  broken_at: number | null;
}

/** Reading the record, and proving that nobody has changed it. */
@Injectable()
export class AuditQueryService {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list({ before, actor, action, limit }: AuditFilter): Promise<AuditRecord[]> {
    return this.database.query<AuditRecord & Record<string, unknown>>(list, [before, actor ?? null, action ?? null, limit]);
  }

  /** Recomputes every hash, batch by batch; batches overlap by one record, so that no link between them is left out. */
  async verify(): Promise<ChainReport> {
    const [head] = await this.database.query<{ last: number; whole: boolean }>(auditHead);
    let checked = 0;
    for (let from = 0; head && from < head.last; from += VERIFY_BATCH) {
      const [batch] = await this.database.query<{ checked: number; broken_at: number | null; last: number | null }>(verifyAudit, [
        from,
        VERIFY_BATCH,
      ]);
      if (!batch || batch.broken_at !== null) return { ok: false, checked, broken_at: batch?.broken_at ?? from };
      checked += Math.min(batch.checked, VERIFY_BATCH);
    }
    return { ok: head?.whole ?? false, checked, broken_at: head?.whole ? null : (head?.last ?? 0) };
  }
}
