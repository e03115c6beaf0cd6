import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { ContributedParts } from './contributed-parts.js';

/** A department in a few numbers, as a board shows it. */
export interface DepartmentSummary {
  dept: string;
  /** ISO 8601, UTC: when it was so. */
  time: string;
  /** JSON text of `{ part: … }`. */
  data: string;
}

/** Puts departments' figures together from what the features contribute, all of them in one statement. */
@Injectable()
export class DepartmentSummaries {
  private readonly parts = new ContributedParts(
    'read_summaries',
    (parts) => `SELECT d.id AS dept, iso(app_now()) AS time, ${parts} AS data FROM departments d WHERE d.id = ANY($1)`,
  );

  constructor(private readonly database: Database) {}

  /** @param query a scalar subquery that answers JSON; `d.id` is the department's id */
  contribute(part: string, query: string): void {
    this.parts.contribute(part, query);
  }

  read(depts: readonly string[]): Promise<DepartmentSummary[]> {
    return this.database.query<DepartmentSummary & Record<string, unknown>>(this.parts.statement, [depts], 'poller');
  }
}
