import { Injectable } from '@nestjs/common';
import { DomainError } from '../../platform/common/errors.js';
import { AUDIT_LINK_HOLDS } from '../../platform/database/audit-link.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';

export const listAudit = statement(
  'list_audit',
  `SELECT id::float8 AS id, iso(at) AS at, actor, action, target, result, host(address) AS address, detail FROM audit
   WHERE id < $1 AND ($2::text IS NULL OR actor = $2) AND ($3::text IS NULL OR action = $3) AND ($4::text IS NULL OR target = $4)
     AND ($5::text IS NULL OR result = $5) AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
   ORDER BY audit.id DESC LIMIT $8`,
);
const verifyAudit = statement(
  'verify_audit',
  `SELECT (min(id) FILTER (WHERE NOT whole))::float8 AS broken_at, max(id)::float8 AS last,
     (array_agg(hash ORDER BY id DESC))[1] AS last_hash FROM (
     SELECT id, hash, ${AUDIT_LINK_HOLDS} AS whole FROM (
       SELECT a.*, lag(a.id, 1, $1) OVER w AS last_id, lag(a.hash, 1, $3) OVER w AS last_hash
       FROM audit a WHERE a.id > $1 AND a.id <= $1 + $2 WINDOW w AS (ORDER BY a.id)
     ) records
   ) links`,
);
/** `purge_record`: whether the purge that set the anchor has left its record; `first` and `newest`: of what there is. */
const auditHead = statement(
  'audit_head',
  `SELECT last_id::float8 AS last, last_hash AS hash, purged_id::float8 AS purged, purged_hash AS anchor,
     (SELECT min(id) FROM audit)::float8 AS first, (SELECT max(id) FROM audit)::float8 AS newest,
     purged_id = 0 OR EXISTS (SELECT FROM audit WHERE action = 'audit.purge' AND actor = 'system'
       AND detail @> jsonb_build_object('upto', purged_id, 'last_hash', encode(purged_hash, 'hex'))) AS "purgeRecord"
   FROM audit_head`,
);

const countBefore = statement('count_audit_before', 'SELECT count(*)::float8 AS count FROM audit WHERE id > $1 AND id < $2');

/** Links checked in one statement. */
const VERIFY_BATCH = 20_000;
/** A purge that moves the anchor meanwhile begins the check again, at most so often. */
const VERIFY_TRIES = 5;

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
  target?: string | undefined;
  result?: string | undefined;
  /** ISO 8601; the first instant that counts, and the first one that does not. */
  from?: string | undefined;
  to?: string | undefined;
  limit: number;
}

export interface ChainReport {
  ok: boolean;
  /** Records that hold: all of them, or those before the first that does not. */
  checked: number;
  /** The first record that does not fit; null when all do. */
  broken_at: number | null;
}

/** The end of the record, and the anchor at which its chain begins. */
interface AuditHead extends Record<string, unknown> {
  last: number;
  hash: Buffer;
  purged: number;
  anchor: Buffer;
  first: number | null;
  newest: number | null;
  purgeRecord: boolean;
}

interface Links extends Record<string, unknown> {
  broken_at: number | null;
  last: number | null;
  last_hash: Buffer | null;
}

/** Reading the record, and proving that nobody has changed it. */
@Injectable()
export class AuditQueryService {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list({ before, actor, action, target, result, from, to, limit }: AuditFilter): Promise<AuditRecord[]> {
    const filters = [actor, action, target, result, from, to].map((one) => one ?? null);
    return this.database.query<AuditRecord & Record<string, unknown>>(listAudit, [before, ...filters, limit]);
  }

  /**
   * Recomputes every hash, batch by batch, from what retention has left on.
   * @throws DomainError UNAVAILABLE where purges do not let it come to an end
   */
  async verify(): Promise<ChainReport> {
    let head = await this.readHead();
    for (let tries = 0; tries < VERIFY_TRIES; tries++) {
      const report = await this.verifyFrom(head);
      if (report.ok) return report;
      // Records that a purge has taken meanwhile are missing, and not broken.
      const now = await this.readHead();
      if (now.purged === head.purged) return report;
      head = now;
    }
    throw new DomainError('UNAVAILABLE', 'the record is being purged, try again', { retryAfter: 1 });
  }

  private async readHead(): Promise<AuditHead> {
    const [head] = await this.database.query<AuditHead>(auditHead);
    if (!head) throw new Error('the record has no head');
    return head;
  }

  private async verifyFrom(head: AuditHead): Promise<ChainReport> {
    if (head.first !== null && head.first <= head.purged) return this.broken(head, head.first);
    if (!head.purgeRecord) return this.broken(head, head.purged + 1);
    let { purged: at, anchor: hash } = head;
    while (at < head.last) {
      const [batch] = await this.database.query<Links>(verifyAudit, [at, Math.min(VERIFY_BATCH, head.last - at), hash]);
      if (!batch?.last || !batch.last_hash || batch.broken_at !== null) return this.broken(head, batch?.broken_at ?? at + 1);
      ({ last: at, last_hash: hash } = batch);
    }
    if (!hash.equals(head.hash)) return this.broken(head, at);
    if ((head.newest ?? 0) > head.last) return this.broken(head, head.last + 1);
    return { ok: true, checked: at - head.purged, broken_at: null };
  }

  /** The records before the one that does not fit are those that hold. */
  private async broken({ purged }: AuditHead, at: number): Promise<ChainReport> {
    const [before] = await this.database.query<{ count: number }>(countBefore, [purged, at]);
    return { ok: false, checked: before?.count ?? 0, broken_at: at };
  }
}
