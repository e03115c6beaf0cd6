import { DomainError, notFound } from '../../platform/common/errors.js';
import { statement } from '../../platform/database/statement.js';
import type { Transaction } from '../../platform/database/transactions.js';

const holdMembers = statement(
  'hold_members',
  `SELECT m.staff_id FROM memberships m JOIN staff p ON p.id = m.staff_id AND p.active
   WHERE m.dept_id = $1 AND m.staff_id = ANY($2::uuid[]) ORDER BY m.staff_id FOR SHARE OF m, p`,
);
const isAhead = statement(
  'is_ahead',
  `SELECT $1::timestamptz > app_now() AND ($2::int IS NULL OR $1::timestamptz <= app_now() + make_interval(days => $2)) AS ahead`,
);

/** A field that is well-formed and still cannot be. */
export function wrongField(path: string, problem: string, message: string): DomainError {
  return new DomainError('VALIDATION_FAILED', message, { details: { fields: [{ path, problem }] } });
}

/** They stay members, and active, until the transaction ends. @throws DomainError NOT_FOUND unless all are */
export async function requireMembers(tx: Transaction, dept: string, staffIds: readonly string[]): Promise<void> {
  const wanted = new Set(staffIds);
  const found = await tx.query(holdMembers, [dept, [...wanted]]);
  if (found.length !== wanted.size) throw notFound('staff');
}

/**
 * By the database's clock.
 * @throws DomainError VALIDATION_FAILED for a time that is past, or more than `maxDays` away
 */
export async function requireAhead(tx: Transaction, path: string, until: string, maxDays?: number): Promise<void> {
  const row = await tx.one<{ ahead: boolean }>(isAhead, [until, maxDays ?? null]);
  if (!row?.ahead) throw wrongField(path, 'out_of_range', 'the time is past, or too far away');
}
