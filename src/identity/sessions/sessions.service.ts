import { Inject, Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { DomainError } from '../../platform/common/errors.js';
import { newId, newSecret } from '../../platform/common/values/ids.js';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import { Database } from '../../platform/database/database.js';
import { purgeRows } from '../../platform/database/purge-rows.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import type { Role, StaffPrincipal } from '../access/principal.js';
import { Session } from '../entities/session.entity.js';
import { lasts } from './lasting-session.js';
import { tokenHash } from './session-cookie.js';
import { SessionEndings } from './session-endings.js';

/** Activity is written down at most this often per session. */
const TOUCH_INTERVAL_SEC = 60;

const PRINCIPAL = `s.id AS "sessionId", (extract(epoch FROM s.expires_at) * 1000)::float8 AS "expiresAt",
  p.id, p.username, p.name, p.role, p.password_change_required AS "passwordChangeRequired",
  ARRAY(SELECT m.dept_id FROM memberships m JOIN departments d ON d.id = m.dept_id AND d.retired_at IS NULL
        WHERE m.staff_id = p.id ORDER BY m.dept_id) AS departments`;
const LIVE = `${lasts('s', 'app_now()', '$2')} AND p.active`;

const find = statement(
  'find_sessions',
  `SELECT ${PRINCIPAL}, encode(s.token_hash, 'hex') AS token, s.last_used_at < app_now() - make_interval(secs => $3) AS stale
   FROM sessions s JOIN staff p ON p.id = s.staff_id WHERE s.token_hash = ANY($1) AND ${LIVE}`,
);
const findLive = statement(
  'find_live_sessions',
  `SELECT ${PRINCIPAL}, extract(epoch FROM s.expires_at - app_now())::float8 AS "absoluteLeft",
     extract(epoch FROM s.last_used_at - app_now())::float8 + $2 AS "idleLeft"
   FROM sessions s JOIN staff p ON p.id = s.staff_id WHERE s.id = ANY($1) AND ${LIVE}`,
);
const list = statement(
  'list_sessions',
  `SELECT s.id, p.id AS user, p.username, iso(s.created_at) AS created_at, iso(s.last_used_at) AS last_used_at,
     iso(s.expires_at) AS expires_at, host(s.address) AS address
   FROM sessions s JOIN staff p ON p.id = s.staff_id
   WHERE s.id > $1 AND ($3::uuid IS NULL OR s.staff_id = $3) AND ${LIVE} ORDER BY s.id LIMIT $4`,
);
const touch = statement(
  'touch_sessions',
  `UPDATE sessions SET last_used_at = app_now()
   WHERE ended_at IS NULL AND last_used_at < app_now() - make_interval(secs => $3) AND (id = ANY($1)
     OR id = ANY($2) AND staff_id IN (SELECT h.staff_id FROM shifts h WHERE h.ended_at IS NULL))`,
);
const insert = statement(
  'insert_session',
  `INSERT INTO sessions (id, token_hash, staff_id, created_at, last_used_at, expires_at, address)
   VALUES ($1, $2, $3, app_now(), app_now(), app_now() + make_interval(secs => $4), $5)
   RETURNING (extract(epoch FROM expires_at) * 1000)::float8 AS "expiresAt"`,
);
const end = statement(
  'end_sessions',
  `UPDATE sessions SET ended_at = app_now(), end_reason = $3
   WHERE ended_at IS NULL AND ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR staff_id = $2) AND id IS DISTINCT FROM $4 RETURNING id`,
);
/**
 * The oldest sessions of a person beyond a number, and the session that a new one replaces. At the same instant, the lesser id
 * is older.
 */
const giveWay = statement(
  'sessions_give_way',
  `UPDATE sessions SET ended_at = app_now(), end_reason = 'replaced' WHERE ended_at IS NULL AND id <> $3 AND (token_hash = $4 OR id IN (
     SELECT s.id FROM sessions s JOIN staff p ON p.id = s.staff_id WHERE s.staff_id = $1 AND s.token_hash IS DISTINCT FROM $4 AND ${LIVE}
     ORDER BY s.created_at DESC, s.id DESC OFFSET $5)) RETURNING id`,
);
const holdLive = statement(
  'hold_live_session',
  'SELECT true AS yes FROM sessions WHERE id = $1 AND ended_at IS NULL AND expires_at > app_now() FOR UPDATE',
);
type PrincipalRow = Omit<StaffPrincipal, 'kind' | 'role' | 'passwordChangeRequired'> & {
  role: Role;
  stale?: boolean;
  passwordChangeRequired: boolean;
};

function toPrincipal({
  sessionId,
  expiresAt,
  id,
  username,
  name,
  role,
  departments,
  passwordChangeRequired,
}: PrincipalRow): StaffPrincipal {
  // A copy has the exact length. That of the driver has room for seventeen, for as long as the connection is there.
  return { kind: 'staff', id, username, name, role, departments: [...departments], sessionId, expiresAt, passwordChangeRequired };
}

/** A session that is live, and for how many seconds more. */
export interface LiveSession {
  principal: StaffPrincipal;
  /** Until it ends if it is not used. */
  idleLeft: number;
  /** Until it ends in any case. */
  absoluteLeft: number;
}

/** A live session, as administrators see it. */
export interface SessionView {
  id: string;
  /** The owner: the id of the person. */
  user: string;
  username: string;
  created_at: string;
  last_used_at: string;
  expires_at: string;
  address: string | null;
}

/** The sessions to end: one, all of a person, or all of a person but one. */
export interface SessionSelection {
  sessionId?: string;
  staffId?: string;
  except?: string;
}

/** Sessions live in PostgreSQL: any node knows them, and a restart signs nobody out. */
@Injectable()
export class SessionsService {
  private readonly findByHash: (hash: Buffer) => Promise<PrincipalRow | undefined>;

  constructor(
    private readonly database: Database,
    private readonly endings: SessionEndings,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
    @InjectEntityManager() private readonly manager: EntityManager,
  ) {
    this.findByHash = createBatchLoader(async (hashes) => {
      const values = [hashes, this.settings.SESSION_IDLE_SEC, this.touchInterval];
      const rows = await this.database.query<PrincipalRow & { token: string }>(find, values, 'presses');
      const byHash = new Map(rows.map((row) => [row.token, row]));
      return hashes.map((hash) => byHash.get(hash.toString('hex')));
    });
  }

  /** A new session under a new random token, which only the caller gets to see. */
  async open(tx: Transaction, staffId: string, address: string): Promise<{ sessionId: string; token: string; expiresAt: number }> {
    const sessionId = newId();
    const token = newSecret();
    const row = await tx.one<{ expiresAt: number }>(insert, [
      sessionId,
      tokenHash(token),
      staffId,
      this.settings.SESSION_ABSOLUTE_SEC,
      address,
    ]);
    if (!row) throw new Error('a new session has no row');
    return { sessionId, token, expiresAt: row.expiresAt };
  }

  /**
   * Ends what a new session leaves no place for: the one that the browser held, and the person's oldest beyond MAX_SESSIONS_PER_USER.
   * @param replaced the token of the session that the browser held
   */
  async giveWay(tx: Transaction, { staffId, to, replaced }: { staffId: string; to: string; replaced: string | undefined }): Promise<void> {
    const values = [staffId, this.settings.SESSION_IDLE_SEC, to, replaced === undefined ? null : tokenHash(replaced)];
    const rows = await tx.query<{ id: string }>(giveWay, [...values, this.settings.MAX_SESSIONS_PER_USER]);
    this.tellEnded(
      tx,
      rows.map((row) => row.id),
    );
  }

  /** Keeps a session from being ended while the transaction runs. @throws DomainError UNAUTHENTICATED when it has ended */
  async holdLive(tx: Transaction, sessionId: string): Promise<void> {
    if (!(await tx.one(holdLive, [sessionId]))) throw new DomainError('UNAUTHENTICATED', 'sign in first');
  }

  /** Finds the holder of the token, when the session is live and its user active. Counts as activity. */
  async find(token: string): Promise<StaffPrincipal | undefined> {
    const row = await this.findByHash(tokenHash(token));
    if (!row) return undefined;
    if (row.stale) await this.touch([row.sessionId]);
    return toPrincipal(row);
  }

  /** Finds the live ones among these sessions, with their people as they are now. */
  async live(sessionIds: readonly string[]): Promise<Map<string, LiveSession>> {
    const values = [sessionIds, this.settings.SESSION_IDLE_SEC];
    const rows = await this.database.query<PrincipalRow & Omit<LiveSession, 'principal'>>(findLive, values);
    return new Map(
      rows.map((row) => [row.sessionId, { principal: toPrincipal(row), idleLeft: row.idleLeft, absoluteLeft: row.absoluteLeft }]),
    );
  }

  /** Live sessions after one of them, by id, which rises with the time of signing in. */
  list({ after, staffId, limit }: { after: string; staffId?: string | undefined; limit: number }): Promise<SessionView[]> {
    const values = [after, this.settings.SESSION_IDLE_SEC, staffId ?? null, limit];
    return this.database.query<SessionView & Record<string, unknown>>(list, values);
  }

  /** Counts as activity of the `used` sessions, and of those `connected` by a live socket whose person has an active shift. */
  async touch(used: readonly string[], connected: readonly string[] = []): Promise<void> {
    await this.database.query(touch, [used, connected, this.touchInterval], 'presses');
  }

  /** Ends sessions; their sockets close when the transaction has committed. @returns their ids */
  async end(
    tx: Transaction,
    { sessionId, staffId, except }: SessionSelection,
    reason: 'logout' | 'revoked' | 'password' | 'deactivated',
  ): Promise<string[]> {
    if (sessionId === undefined && staffId === undefined) throw new Error('name a session or a person');
    const rows = await tx.query<{ id: string }>(end, [sessionId ?? null, staffId ?? null, reason, except ?? null]);
    const ids = rows.map((row) => row.id);
    this.tellEnded(tx, ids);
    return ids;
  }

  private tellEnded(tx: Transaction, ids: readonly string[]): void {
    if (ids.length === 0) return;
    tx.afterCommit(() => {
      this.endings.ended(ids);
    });
  }

  /** Removes what ended long ago, a bounded number at a time, until nothing is left. */
  purge(): Promise<void> {
    return purgeRows(this.manager, Session, (sessions) => sessions.where(`old.expiresAt < app_now() - interval '7 days'`));
  }

  private get touchInterval(): number {
    return Math.min(TOUCH_INTERVAL_SEC, this.settings.SESSION_IDLE_SEC / 10);
  }
}
