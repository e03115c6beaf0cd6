import type pg from 'pg';
import { readPage } from '../../../src/events/log/event-log.js';

const NAME = 'page_of_the_log';
const RUNS = 20;

/** A part of a plan, as PostgreSQL describes it. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

export interface Explained {
  /** One for each run. */
  readonly ms: readonly number[];
  /** The parts of the last plan that cost more than their page: sorts, and scans of no index. */
  readonly dear: readonly string[];
}

/** Parts of a plan whose cost grows with the table. */
export function dearParts(node: PlanNode): string[] {
  const { 'Node Type': type, 'Relation Name': relation, Plans: below = [] } = node;
  const isScan = relation !== undefined;
  const isDear = isScan ? !/^Index (Only )?Scan$/.test(type) : /Sort/.test(type);
  return [...(isDear ? [isScan ? `${type} of ${relation}` : type] : []), ...below.flatMap(dearParts)];
}

/** The database's own time for the statement of a page, on a connection that has prepared it. */
export class PageStatement {
  private constructor(private readonly client: pg.Client) {}

  static async prepare(client: pg.Client): Promise<PageStatement> {
    await client.query(`PREPARE ${NAME} AS ${readPage.text}`);
    return new PageStatement(client);
  }

  async explain(dept: string, after: number, limit: number): Promise<Explained> {
    const ms: number[] = [];
    let dear: string[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      const { rows } = await this.client.query<{ 'QUERY PLAN': { Plan: PlanNode; 'Execution Time': number }[] }>(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) EXECUTE ${NAME} ('${dept}', ${String(after)}, ${String(limit)})`,
      );
      const [plan] = rows[0]?.['QUERY PLAN'] ?? [];
      if (!plan) throw new Error('PostgreSQL explains nothing');
      ms.push(plan['Execution Time']);
      dear = dearParts(plan.Plan);
    }
    return { ms, dear };
  }
}
