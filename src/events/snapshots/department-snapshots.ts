import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { createBatchLoader } from '../../platform/common/collections/batch-loader.js';
import { Database } from '../../platform/database/database.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
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
export class DepartmentSnapshots implements OnApplicationBootstrap {
  private readonly parts: ContributedParts;

  /**
   * Undefined when there is no such department. Callers that come during a read share the next one, so a flood of callers
   * costs one read at a time.
   */
  readonly read: (dept: string) => Promise<DepartmentSnapshot | undefined>;

  constructor(database: Database, guard: ExtensionGuard) {
    this.parts = new ContributedParts(database, guard, {
      kind: 'snapshot',
      text: (parts) => `SELECT last_seq::float8 AS seq, purged_seq::float8 AS purged, ${parts} AS data FROM dept_stream WHERE dept_id = $1`,
      pool: 'requests',
    });
    this.read = createBatchLoader(async (departments) => {
      const unlike = [...new Set(departments)];
      const read = new Map(await Promise.all(unlike.map(async (dept) => [dept, await this.readOne(dept)] as const)));
      return departments.map((dept) => read.get(dept));
    });
  }

  /**
   * Adds a part, while modules are initialised. The server parses it at the start. One that fails later is left out for a minute, and named in the
   * picture's `missing`.
   * @param query a scalar subquery that answers JSON; `$1` is the department's id
   * @throws Error for a name that is taken
   */
  contribute(part: string, query: string): void {
    this.parts.contribute(part, query, false);
  }

  /** @internal a part without which the picture is none */
  contributeCore(part: string, query: string): void {
    this.parts.contribute(part, query, true);
  }

  /** @throws Error for a part that does not parse: the node does not start */
  onApplicationBootstrap(): Promise<void> {
    return this.parts.prepare();
  }

  private async readOne(dept: string): Promise<DepartmentSnapshot | undefined> {
    const rows = await this.parts.read<DepartmentSnapshot & Record<string, unknown>>([dept]);
    return rows[0];
  }
}
