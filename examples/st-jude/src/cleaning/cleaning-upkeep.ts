import { Injectable } from '@nestjs/common';
import { Database, statement, type HealthFinding, type HealthIndicator, type RetentionRule, type Transaction } from 'wardline';

/** More beds than this wait too long: somebody should look. */
const MANY = 20;

const late = statement(
  'st_jude_late_beds',
  'SELECT count(*)::int AS beds FROM st_jude_cleaning_tasks WHERE done_at IS NULL AND late_at IS NOT NULL',
);
const forget = statement(
  'st_jude_forget_cleaning',
  `DELETE FROM st_jude_cleaning_tasks WHERE id IN (
     SELECT id FROM st_jude_cleaning_tasks WHERE done_at < app_now() - interval '90 days' LIMIT $1) RETURNING id`,
);

/** Shows late beds in `/healthz`, and forgets tasks of long ago. */
@Injectable()
export class CleaningUpkeep implements HealthIndicator, RetentionRule {
  readonly name = 'st-jude-cleaning';

  constructor(private readonly database: Database) {}

  async check(): Promise<HealthFinding> {
    const [{ beds } = { beds: 0 }] = await this.database.query<{ beds: number }>(late);
    return { status: beds > MANY ? 'down' : 'up', late_beds: beds };
  }

  async purge(tx: Transaction, limit: number): Promise<number> {
    return (await tx.query(forget, [limit])).length;
  }
}
