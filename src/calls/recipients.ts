import { Injectable } from '@nestjs/common';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';

const addOnDuty = statement(
  'add_on_duty_recipients',
  `INSERT INTO call_recipients (call_id, staff_id, role, since, reason)
   SELECT $1, p.id, p.role, app_now(), 'on_duty' FROM shifts s JOIN staff p ON p.id = s.staff_id
   WHERE s.dept_id = $2 AND s.ended_at IS NULL AND p.active
   ON CONFLICT (call_id, staff_id) DO NOTHING`,
);
const countWilling = statement(
  'count_willing_recipients',
  `SELECT count(*)::int AS count FROM call_recipients r JOIN shifts s ON s.staff_id = r.staff_id AND s.dept_id = $2 AND s.ended_at IS NULL
   WHERE r.call_id = $1 AND r.declined_at IS NULL`,
);
const addEverybody = statement(
  'add_everybody_signed_in',
  `INSERT INTO call_recipients (call_id, staff_id, role, since, reason)
   SELECT $1, p.id, p.role, app_now(), CASE p.role WHEN 'manager' THEN 'manager' ELSE 'signed_in' END
   FROM memberships m JOIN staff p ON p.id = m.staff_id AND p.active
   WHERE m.dept_id = $2 AND (p.role = 'manager' OR EXISTS
     (SELECT FROM sessions s WHERE s.staff_id = p.id AND s.ended_at IS NULL AND s.expires_at > app_now()))
   ON CONFLICT (call_id, staff_id) DO NOTHING`,
);

/** Whom a call is shown to. */
@Injectable()
export class Recipients {
  /**
   * Adds every on-duty member of the department; where there is none who has not declined, everyone who is signed in to
   * the department, and its managers. Who was told stays told.
   * @returns whether nobody on duty is left to ask: the call is unattended
   */
  async choose(tx: Transaction, call: { id: string; dept: string }): Promise<{ unattended: boolean }> {
    await tx.query(addOnDuty, [call.id, call.dept]);
    const willing = await tx.one<{ count: number }>(countWilling, [call.id, call.dept]);
    if (willing && willing.count > 0) return { unattended: false };
    await tx.query(addEverybody, [call.id, call.dept]);
    return { unattended: true };
  }
}
