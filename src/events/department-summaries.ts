import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { statement, type Statement } from '../database/statement.js';

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
  private readonly parts = new Map<string, string>();
  private composed: Statement | undefined;

  constructor(private readonly database: Database) {}

  /** @param query a scalar subquery that answers JSON; `d.id` is the department's id */
  contribute(part: string, query: string): void {
    this.parts.set(part, query);
    this.composed = undefined;
  }

  async read(depts: readonly string[]): Promise<DepartmentSummary[]> {
    this.composed ??= this.compose();
    return this.database.query<DepartmentSummary & Record<string, unknown>>(this.composed, [depts], 'poller');
  }

  private compose(): Statement {
    const fields = [...this.parts].map(([part, query]) => `'${part}', (${query})`).join(', ');
    return statement(
      'read_summaries',
      `SELECT d.id AS dept, iso(app_now()) AS time, json_build_object(${fields})::text AS data FROM departments d WHERE d.id = ANY($1)`,
    );
  }
}
