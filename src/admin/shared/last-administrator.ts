import { DomainError } from '../../platform/common/errors.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';

const lockAdmins = statement('count_admins', `SELECT id FROM staff WHERE role = 'admin' AND active ORDER BY id FOR UPDATE`);

/** The administrators of the system, locked in the order of their ids: of two that take each other's role away, one waits. */
export async function lockAdministrators(tx: Transaction): Promise<string[]> {
  return (await tx.query<{ id: string }>(lockAdmins)).map(({ id }) => id);
}

/** @throws DomainError STILL_IN_USE when the person is the only administrator */
export function requireAnother(administrators: readonly string[], id: string): void {
  if (administrators.length === 1 && administrators[0] === id) throw new DomainError('STILL_IN_USE', 'the last administrator stays one');
}
