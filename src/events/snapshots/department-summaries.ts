import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
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
export class DepartmentSummaries implements OnApplicationBootstrap {
  private readonly parts: ContributedParts;

  constructor(database: Database, guard: ExtensionGuard) {
    this.parts = new ContributedParts(database, guard, {
      kind: 'summary',
      text: (parts) => `SELECT d.id AS dept, iso(app_now()) AS time, ${parts} AS data FROM departments d WHERE d.id = ANY($1)`,
      pool: 'poller',
    });
  }

  /**
   * Adds figures, while modules are initialised, under the same promise as a part of the snapshot.
   * @param query a scalar subquery that answers JSON; `d.id` is the department's id
   * @throws Error for a name that is taken
   */
  contribute(part: string, query: string): void {
    this.parts.contribute(part, query, false);
  }

  /** @internal */
  contributeCore(part: string, query: string): void {
    this.parts.contribute(part, query, true);
  }

  /** @throws Error for a part that does not parse: the node does not start */
  onApplicationBootstrap(): Promise<void> {
    return this.parts.prepare();
  }

  read(depts: readonly string[]): Promise<DepartmentSummary[]> {
    return this.parts.read<DepartmentSummary & Record<string, unknown>>([depts]);
  }
}
