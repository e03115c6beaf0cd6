import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '../audit/audit-log.service.js';
import { DomainError } from '../../platform/common/errors.js';
import { SESSION_SETTINGS } from '../../platform/config/config.module.js';
import type { SessionSettings } from '../../platform/config/settings/session.settings.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import type { StaffPrincipal } from '../access/principal.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { type Attempt, SignInBudgets } from './sign-in-budgets.js';
import { type CheckedStaff, StaffPasswords } from './staff-passwords.js';

/** A request to sign in; the user name in lower case. */
export interface SignInRequest extends Attempt {
  password: string;
  /** The token of the session that the browser holds, which the new one replaces. */
  replaces: string | undefined;
}

export interface SignedIn {
  principal: StaffPrincipal;
  token: string;
}

/** Signing in and out. */
@Injectable()
export class SignInService {
  constructor(
    private readonly staffPasswords: StaffPasswords,
    private readonly budgets: SignInBudgets,
    private readonly transactions: Transactions,
    private readonly sessions: SessionsService,
    private readonly audit: AuditLog,
    @Inject(SESSION_SETTINGS) private readonly settings: SessionSettings,
  ) {}

  /** @throws DomainError INVALID_CREDENTIALS; RATE_LIMITED after too many failures; FORBIDDEN where LOCAL_SIGN_IN does not allow it */
  async signIn(request: SignInRequest): Promise<SignedIn> {
    if (this.settings.LOCAL_SIGN_IN === 'off') throw localSignInOff();
    const { staff, matches } = await this.staffPasswords.check(request, request.password);
    if (!matches || !staff?.active) throw await this.refuse(request, staff);
    const token = await this.transactions.run((tx) => this.open(tx, request, staff));
    const principal = token === undefined ? undefined : await this.sessions.find(token);
    if (token === undefined || !principal) throw await this.refuse(request, staff);
    return { principal, token };
  }

  async signOut(principal: StaffPrincipal, address: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      await this.sessions.end(tx, { sessionId: principal.sessionId }, 'logout');
      this.audit.append(tx, { actor: `staff:${principal.id}`, action: 'sign_out', result: 'ok', address });
    });
  }

  /** @returns undefined when the password is no longer the one that was compared. @throws DomainError FORBIDDEN for a role that signs in elsewhere */
  private async open(tx: Transaction, request: SignInRequest, staff: CheckedStaff): Promise<string | undefined> {
    const role = await this.staffPasswords.hold(tx, staff);
    if (role === undefined) return undefined;
    if (this.settings.LOCAL_SIGN_IN === 'admins' && role !== 'admin') throw localSignInOff();
    await this.budgets.forget(tx, request);
    const { sessionId, token } = await this.sessions.open(tx, staff.id, request.address);
    await this.sessions.giveWay(tx, { staffId: staff.id, to: sessionId, replaced: request.replaces });
    this.audit.append(tx, { actor: `staff:${staff.id}`, action: 'sign_in', result: 'ok', address: request.address });
    return token;
  }

  private async refuse({ address }: SignInRequest, staff: CheckedStaff | undefined): Promise<DomainError> {
    await this.audit.record({ actor: staff ? `staff:${staff.id}` : 'anonymous', action: 'sign_in', result: 'refused', address });
    return new DomainError('INVALID_CREDENTIALS', 'wrong user name or password');
  }
}

function localSignInOff(): DomainError {
  return new DomainError('FORBIDDEN', 'signing in with a password is not offered here', {
    details: { reason: 'local_sign_in' },
    refusal: 'sign_in',
  });
}
