import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { Passwords, type PasswordSource } from './passwords.js';
import type { Role } from '../access/principal.js';
import { type Attempt, SignInBudgets } from './sign-in-budgets.js';

const find = statement('find_staff_password', 'SELECT id, password_hash AS "passwordHash", active, role FROM staff WHERE username = $1');
/** Waits for a change of the password that is under way, and makes the next one wait: one at a time for each person. */
const hold = statement('hold_staff_password', 'SELECT role FROM staff WHERE id = $1 AND active AND password_hash = $2 FOR NO KEY UPDATE');
const replace = statement(
  'replace_staff_password',
  'UPDATE staff SET password_hash = $3, password_change_required = false WHERE id = $1 AND active AND password_hash = $2 RETURNING true AS yes',
);

/** A person whose password was compared, as they were at that moment. */
export interface CheckedStaff {
  id: string;
  passwordHash: string;
  active: boolean;
  role: Role;
}

export interface PasswordCheck {
  staff: CheckedStaff | undefined;
  matches: boolean;
  /** The hash of the new password, when one was asked for and the old password matches. */
  nextHash: string | undefined;
}

/** Comparing passwords, within the budgets and in turn. The hash that was compared is to be named again in the transaction that relies on it. */
@Injectable()
export class StaffPasswords {
  constructor(
    private readonly database: Database,
    private readonly budgets: SignInBudgets,
    private readonly passwords: Passwords,
  ) {}

  /**
   * @param signedIn the person's id, where a session vouches for them
   * @throws DomainError RATE_LIMITED, UNAVAILABLE
   */
  check(attempt: Attempt, password: string, { signedIn, next }: { signedIn?: string; next?: string } = {}): Promise<PasswordCheck> {
    return this.passwords.inTurn(sourceOf(attempt, signedIn), async (turn) => {
      await this.budgets.reserve(attempt);
      const [staff] = await this.database.query<CheckedStaff & Record<string, unknown>>(find, [attempt.username]);
      const matches = await turn.verify(staff?.passwordHash, password);
      return { staff, matches, nextHash: matches && next !== undefined ? await turn.hash(next) : undefined };
    });
  }

  /** Keeps password and role from being changed while the transaction runs. @returns the role; undefined when the password is not the one that was compared */
  async hold(tx: Transaction, { id, passwordHash }: CheckedStaff): Promise<Role | undefined> {
    return (await tx.one<{ role: Role }>(hold, [id, passwordHash]))?.role;
  }

  /** @returns whether it was still the one that was compared */
  async replace(tx: Transaction, { id, passwordHash }: CheckedStaff, nextHash: string): Promise<boolean> {
    return (await tx.one(replace, [id, passwordHash, nextHash])) !== undefined;
  }
}

function sourceOf({ device, address }: Attempt, signedIn: string | undefined): PasswordSource {
  const known = signedIn ?? device;
  return known === undefined ? { lane: 'address', key: clientNetwork(address) } : { lane: 'known', key: known };
}
