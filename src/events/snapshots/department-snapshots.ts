import { Injectable } from '@nestjs/common';
import { together } from '../../platform/common/together.js';
import { Database } from '../../platform/database/database.js';
import { ContributedParts } from './contributed-parts.js';

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
  private readonly parts = new ContributedParts(
    'read_snapshot',
    (parts) => `SELECT last_seq::float8 AS seq, purged_seq::float8 AS purged, ${parts} AS data FROM dept_stream WHERE dept_id = $1`,
  );

  /**
   * Undefined when there is no such department. Who asks while others' reads are under way shares the next one: a flood of askers costs a read at a time.
   */
  readonly read: (dept: string) => Promise<DepartmentSnapshot | undefined>;

  constructor(private readonly database: Database) {
    this.read = together(async (departments) => {
      const unlike = [...new Set(departments)];
      const read = new Map(await Promise.all(unlike.map(async (dept) => [dept, await this.readOne(dept)] as const)));
      return departments.map((dept) => read.get(dept));
    });
  }

  /** @param query a scalar subquery that answers JSON; `$1` is the department's id */
  contribute(part: string, query: string): void {
    this.parts.contribute(part, query);
  }

  private async readOne(dept: string): Promise<DepartmentSnapshot | undefined> {
    const rows = await this.database.query<DepartmentSnapshot & Record<string, unknown>>(this.parts.statement, [dept]);
    return rows[0];
  }
}
