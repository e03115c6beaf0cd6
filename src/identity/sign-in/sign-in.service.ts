import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/ids.js';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { Passwords } from './passwords.js';
import type { StaffPrincipal } from '../access/principal.js';
import { SessionsService } from '../sessions/sessions.service.js';

const MAX_FAILURES = 5;
const WINDOW_SEC = 900;

const findStaff = statement('find_staff_sign_in', 'SELECT id, password_hash, active FROM staff WHERE username = $1');
const findPassword = statement('find_staff_password', 'SELECT password_hash FROM staff WHERE id = $1');
const setPassword = statement('set_staff_password', 'UPDATE staff SET password_hash = $2 WHERE id = $1 AND active RETURNING id');
const addAttempt = statement('add_attempt', 'INSERT INTO sign_in_attempts (id, username_hash, address, at) VALUES ($1, $2, $3, app_now())');
const countAttempts = statement(
  'count_attempts',
  `SELECT count(*)::int AS count, ceil(extract(epoch FROM min(at) + make_interval(secs => $3) - app_now()))::int AS "retryAfter"
   FROM sign_in_attempts WHERE username_hash = $1 AND address = $2 AND at > app_now() - make_interval(secs => $3)`,
);
const takeTurn = statement(
  'take_sign_in_turn',
  "SELECT pg_advisory_xact_lock(hashtext('wardline sign-in'), hashtext(encode($1, 'hex') || $2))",
);
const forgetAttempts = statement('forget_attempts', 'DELETE FROM sign_in_attempts WHERE username_hash = $1 AND address = $2');
const purgeAttempts = statement(
  'purge_attempts',
  'DELETE FROM sign_in_attempts WHERE id IN (SELECT id FROM sign_in_attempts WHERE at < app_now() - make_interval(secs => $1) LIMIT 1000)',
);

export interface SignedIn {
  principal: StaffPrincipal;
  token: string;
}

/** Signing in and changing one's password. */
@Injectable()
export class SignInService {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly sessions: SessionsService,
    private readonly passwords: Passwords,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @param address where the request comes from
   * @throws DomainError INVALID_CREDENTIALS; RATE_LIMITED after five failures of the user from the address in 15 minutes
   */
  async signIn(username: string, password: string, address: string): Promise<SignedIn> {
    const name = username.toLowerCase();
    const who = createHash('sha256').update(name).digest();
    const { staff, matches } = await this.passwords.inTurn({ lane: 'address', key: clientNetwork(address) }, async (turn) => {
      await this.reserveAttempt(who, address);
      const [staff] = await this.database.query<{ id: string; password_hash: string; active: boolean }>(findStaff, [name]);
      return { staff, matches: await turn.verify(staff?.password_hash, password) };
    });
    if (!matches || !staff?.active) {
      await this.audit.record({ actor: staff ? `staff:${staff.id}` : 'anonymous', action: 'sign_in', result: 'refused', address });
      throw new DomainError('INVALID_CREDENTIALS', 'wrong user name or password');
    }
    const { token } = await this.transactions.run(async (tx) => {
      await tx.query(forgetAttempts, [who, address]);
      return this.openAudited(tx, staff.id, address);
    });
    const principal = await this.sessions.find(token);
    if (!principal) throw new DomainError('INVALID_CREDENTIALS', 'wrong user name or password');
    return { principal, token };
  }

  /** Sets a new password and ends the person's other sessions. @throws DomainError INVALID_CREDENTIALS, RATE_LIMITED */
  async changePassword(principal: StaffPrincipal, current: string, next: string, address: string): Promise<void> {
    const who = createHash('sha256').update(principal.username).digest();
    const actor = `staff:${principal.id}`;
    const hash = await this.passwords.inTurn({ lane: 'known', key: principal.id }, async (turn) => {
      await this.reserveAttempt(who, address);
      const [staff] = await this.database.query<{ password_hash: string }>(findPassword, [principal.id]);
      return (await turn.verify(staff?.password_hash, current)) ? turn.hash(next) : undefined;
    });
    if (hash === undefined) {
      await this.audit.record({ actor, action: 'password_change', result: 'refused', address });
      throw new DomainError('INVALID_CREDENTIALS', 'the current password is wrong');
    }
    await this.transactions.run(async (tx) => {
      await tx.query(forgetAttempts, [who, address]);
      await tx.query(setPassword, [principal.id, hash]);
      await this.sessions.end(tx, { staffId: principal.id, except: principal.sessionId }, 'password');
      this.audit.append(tx, { actor, action: 'password_change', result: 'ok', address });
    });
  }

  async signOut(principal: StaffPrincipal, address: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.sessions.end(tx, { sessionId: principal.sessionId }, 'logout');
      this.audit.append(tx, { actor: `staff:${principal.id}`, action: 'sign_out', result: 'ok', address });
    });
  }

  /** Removes attempts that no window counts any more, a bounded number at a time. */
  async purge(): Promise<void> {
    await this.database.query(purgeAttempts, [WINDOW_SEC]);
  }

  /**
   * Each try is written down before it is made, so that parallel ones are counted too; success takes it back. One at a time per user and
   * address: five at once are five, not none.
   */
  private async reserveAttempt(who: Buffer, address: string): Promise<void> {
    const window = await this.transactions.run(async (tx) => {
      await tx.query(takeTurn, [who, address]);
      const before = await tx.one<{ count: number; retryAfter: number }>(countAttempts, [who, address, WINDOW_SEC]);
      if (!before || before.count < MAX_FAILURES) await tx.query(addAttempt, [newId(), who, address]);
      return before;
    });
    if (!window || window.count < MAX_FAILURES) return;
    throw new DomainError('RATE_LIMITED', 'too many failed sign-ins, try again later', { retryAfter: Math.max(1, window.retryAfter) });
  }

  private openAudited(tx: Transaction, staffId: string, address: string): Promise<{ token: string }> {
    this.audit.append(tx, { actor: `staff:${staffId}`, action: 'sign_in', result: 'ok', address });
    return this.sessions.open(tx, staffId, address);
  }
}
