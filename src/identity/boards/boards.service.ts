import { Injectable } from '@nestjs/common';
import { newSecret } from '../../platform/common/values/ids.js';
import { DomainError } from '../../platform/common/errors.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { Transactions } from '../../platform/database/transactions.js';
import type { BoardPrincipal } from '../access/principal.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { tokenHash } from '../sessions/session-cookie.js';
import { boardCodeHash } from './board-code.js';

/** Activity is written down at most this often. */
const SEEN_INTERVAL_SEC = 60;
const RENEWAL_DAYS = 7;

const DEPARTMENTS = `ARRAY(SELECT d.id FROM departments d WHERE d.id = ANY(b.departments) AND d.retired_at IS NULL ORDER BY d.id)`;

const exchange = statement(
  'exchange_board_code',
  `UPDATE boards AS b SET code_hash = NULL, token_hash = $2, exchanged_at = app_now(), cookie_renewed_at = app_now(), last_seen_at = app_now(),
     address = $3::inet
   WHERE code_hash = $1 AND code_expires_at > app_now() AND revoked_at IS NULL RETURNING b.id, b.name, ${DEPARTMENTS} AS departments`,
);
const find = statement(
  'find_board',
  `SELECT b.id, b.name, ${DEPARTMENTS} AS departments,
     last_seen_at < app_now() - make_interval(secs => $2) OR cookie_renewed_at < app_now() - make_interval(days => $3) AS stale
   FROM boards b WHERE token_hash = $1 AND revoked_at IS NULL`,
);
const seen = statement(
  'board_seen',
  `UPDATE boards SET last_seen_at = app_now(),
     cookie_renewed_at = CASE WHEN $2 AND cookie_renewed_at < app_now() - make_interval(days => $3) THEN app_now() ELSE cookie_renewed_at END
   WHERE id = ANY($1) AND revoked_at IS NULL RETURNING cookie_renewed_at = app_now() AS renewed`,
);
const findLive = statement(
  'find_live_boards',
  `SELECT b.id, b.name, ${DEPARTMENTS} AS departments FROM boards b WHERE id = ANY($1) AND revoked_at IS NULL`,
);

interface BoardRow extends Record<string, unknown> {
  id: string;
  name: string;
  departments: string[];
}

export function toBoardPrincipal({ id, name, departments }: BoardRow): BoardPrincipal {
  return { kind: 'board', id, name, role: 'board', departments, sessionId: id };
}

/** Wall boards as callers: opened once by a code, known by a token from then on. */
@Injectable()
export class BoardsService {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  /** Uses the code up. @throws DomainError INVALID_CREDENTIALS for a code that is wrong, used, or too old */
  async exchange(code: string, address: string): Promise<{ principal: BoardPrincipal; token: string }> {
    const token = newSecret();
    const where = address === '' ? null : address;
    return this.transactions.run(async (tx) => {
      const row = await tx.one<BoardRow>(exchange, [boardCodeHash(code), tokenHash(token), where]);
      if (!row) throw new DomainError('INVALID_CREDENTIALS', 'the code is wrong, used, or too old', { refusal: 'board.exchange' });
      const actor = `board:${row.id}`;
      this.audit.append(tx, { actor, action: 'board.exchange', target: actor, result: 'ok', ...(where !== null && { address: where }) });
      return { principal: toBoardPrincipal(row), token };
    });
  }

  /** The board that holds the token, when it is not revoked. `isRenewalDue`: its browser is to get the cookie again. */
  async find(token: string): Promise<{ principal: BoardPrincipal; isRenewalDue: boolean } | undefined> {
    const [row] = await this.database.query<BoardRow & { stale: boolean }>(
      find,
      [tokenHash(token), SEEN_INTERVAL_SEC, RENEWAL_DAYS],
      'presses',
    );
    if (!row) return undefined;
    const [now] = row.stale ? await this.database.query<{ renewed: boolean }>(seen, [[row.id], true, RENEWAL_DAYS], 'presses') : [];
    return { principal: toBoardPrincipal(row), isRenewalDue: now?.renewed ?? false };
  }

  /** Those of these boards that are not revoked, as they are now; they count as seen. */
  async live(ids: readonly string[]): Promise<BoardPrincipal[]> {
    const rows = await this.database.query<BoardRow>(findLive, [ids]);
    if (rows.length > 0) await this.database.query(seen, [rows.map(({ id }) => id), false, RENEWAL_DAYS]);
    return rows.map((row) => toBoardPrincipal(row));
  }
}
