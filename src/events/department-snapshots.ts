import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { statement, type Statement } from '../database/statement.js';

/** A department at one instant. */
export interface DepartmentSnapshot {
  /** The newest event that the picture contains. */
  seq: number;
  purged: number;
  /** JSON text of `{ part: … }`. */
  data: string;
}

/**
 * Puts a department's picture together from what the features contribute, in one statement: one statement sees one
 * instant, and since state and event commit together, `seq` is exactly the last event the picture contains.
 */
@Injectable()
export class DepartmentSnapshots {
  private readonly parts = new Map<string, string>();
  private composed: Statement | undefined;

  constructor(private readonly database: Database) {}

  /** @param query a scalar subquery that answers JSON; `$1` is the department's id */
  contribute(part: string, query: string): void {
    this.parts.set(part, query);
    this.composed = undefined;
  }

  /** Undefined when there is no such department. */
  async read(dept: string): Promise<DepartmentSnapshot | undefined> {
    this.composed ??= this.compose();
    const rows = await this.database.query<{ seq: number; purged: number; data: string }>(this.composed, [dept]);
    return rows[0];
  }

  private compose(): Statement {
    const fields = [...this.parts].map(([part, query]) => `'${part}', (${query})`).join(', ');
    return statement(
      'read_snapshot',
      `SELECT last_seq::float8 AS seq, purged_seq::float8 AS purged, json_build_object(${fields})::text AS data
       FROM dept_stream WHERE dept_id = $1`,
    );
  }
}
