import { Injectable } from '@nestjs/common';
import { AuditLog, Database, statement, Transactions } from 'wardline';

const among = statement('st_jude_skilled', 'SELECT staff_id FROM st_jude_skills WHERE call_type = $1 AND staff_id = ANY ($2::uuid[])');
const clear = statement('st_jude_clear_skills', 'DELETE FROM st_jude_skills WHERE staff_id = $1');
const add = statement('st_jude_add_skills', 'INSERT INTO st_jude_skills (staff_id, call_type) SELECT $1, unnest($2::text[])');

/** The types of calls that a nurse is trained for. */
@Injectable()
export class Skills {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    private readonly audit: AuditLog,
  ) {}

  async among(callType: string, staffIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.query<{ staff_id: string }>(among, [callType, staffIds]);
    return new Set(rows.map((row) => row.staff_id));
  }

  /** Written with its line of the audit, or not at all. */
  set(actor: string, staffId: string, callTypes: readonly string[]): Promise<void> {
    return this.transactions.run(async (tx) => {
      await tx.query(clear, [staffId]);
      await tx.query(add, [staffId, callTypes]);
      this.audit.append(tx, { actor, action: 'st-jude.skills.set', target: `staff:${staffId}`, result: 'ok', detail: { callTypes } });
    });
  }
}
