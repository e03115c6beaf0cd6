import { Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { DomainError } from '../../platform/common/errors.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { requireGoodPassword } from './new-password.js';
import type { StaffPrincipal } from '../access/principal.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type Attempt, SignInBudgets } from './sign-in-budgets.js';
import { type PasswordCheck, StaffPasswords } from './staff-passwords.js';

export interface PasswordChange {
  current: string;
  next: string;
  address: string;
  /** The cookie of a browser in which this person has signed in before. */
  device: string | undefined;
}

/** Changing one's own password. */
@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly staffPasswords: StaffPasswords,
    private readonly budgets: SignInBudgets,
    private readonly transactions: Transactions,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Sets a new password and ends the person's other sessions. The password that was compared must still be theirs and the session must not have
   * ended meanwhile: whatever an administrator did while hashes were computed wins.
   * @throws DomainError VALIDATION_FAILED for a password that is no good, INVALID_CREDENTIALS, RATE_LIMITED, UNAUTHENTICATED
   */
  async change(principal: StaffPrincipal, { current, next, address, device }: PasswordChange): Promise<void> {
    await requireGoodPassword(next, principal.username, 'new_password');
    const attempt = { username: principal.username, address, device };
    const check = await this.staffPasswords.check(attempt, current, { signedIn: principal.id, next });
    if (await this.transactions.run((tx) => this.replace(tx, principal, check, attempt))) return;
    await this.audit.record({ actor: `staff:${principal.id}`, action: 'password_change', result: 'refused', address });
    throw new DomainError('INVALID_CREDENTIALS', 'the current password is wrong');
  }

  /** @returns false when the current password is wrong, or was changed meanwhile */
  private async replace(
    tx: Transaction,
    { id, sessionId }: StaffPrincipal,
    { staff, nextHash }: PasswordCheck,
    attempt: Attempt,
  ): Promise<boolean> {
    if (nextHash === undefined || staff?.id !== id || !(await this.staffPasswords.replace(tx, staff, nextHash))) return false;
    await this.sessions.holdLive(tx, sessionId);
    await this.budgets.forget(tx, attempt);
    await this.sessions.end(tx, { staffId: id, except: sessionId }, 'password');
    this.audit.append(tx, { actor: `staff:${id}`, action: 'password_change', result: 'ok', address: attempt.address });
    return true;
  }
}
