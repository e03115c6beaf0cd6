import pg from 'pg';
import { DomainError } from '../../platform/common/errors.js';
import { type Database, type Row } from '../../platform/database/database.js';
import type { PoolName } from '../../platform/database/pools.js';
import { type Statement, statement } from '../../platform/database/statement.js';
import type { ExtensionGuard } from '../../platform/extensions/extension-guard.js';

/** A part that failed is left out for so long, then it is tried again. */
const LEFT_OUT_MS = 60_000;
/** A part of a hospital's own that is longer fails: every screen reads it. In bytes of its JSON. */
const MAX_PART = 262_144;
const NAME = /^[a-z][a-z0-9_]{0,31}$/;

interface Part {
  readonly query: string;
  readonly isCore: boolean;
}

interface ContributedPartsOptions {
  /** A name of the program's: `snapshot`. */
  readonly kind: string;
  /** The statement around the parts, which are given as an expression: JSON text of `{ part: … }`. */
  readonly text: (parts: string) => string;
  readonly pool: PoolName;
}

/**
 * Features contribute to a picture of a department, which is read in one statement: one statement sees one instant. A part of a hospital's own that
 * fails is left out and named in `missing`; the others are read all the same.
 */
export class ContributedParts {
  private readonly parts = new Map<string, Part>();
  private readonly leftOut = new Map<string, number>();
  private composed: Statement | undefined;

  constructor(
    private readonly database: Database,
    private readonly guard: ExtensionGuard,
    private readonly options: ContributedPartsOptions,
  ) {}

  /**
   * @param query a scalar subquery that answers JSON
   * @throws Error for a name that is taken or that is none
   */
  contribute(part: string, query: string, isCore: boolean): void {
    if (!NAME.test(part) || part === 'missing') throw new Error(`a part of the ${this.options.kind} cannot be called "${part}"`);
    if (this.parts.has(part)) throw new Error(`two parts of the ${this.options.kind} are called "${part}"`);
    this.parts.set(part, { query, isCore });
    this.composed = undefined;
  }

  /** Has the server parse each part. @throws Error that names the part */
  async prepare(): Promise<void> {
    for (const [name, part] of this.parts) {
      const client = await this.database.pool(this.options.pool).connect();
      try {
        await client.query(`PREPARE a_part AS ${this.options.text(this.expression([[name, part]]))}`);
        await client.query('DEALLOCATE a_part');
        client.release();
      } catch (error) {
        client.release(true);
        const why = error instanceof Error ? error.message : 'unknown';
        throw new Error(`the part "${name}" of the ${this.options.kind} does not parse: ${why}`, { cause: error });
      }
    }
  }

  /** @throws DomainError UNAVAILABLE, and what a part of the core fails with */
  async read<R extends Row>(values: readonly unknown[]): Promise<R[]> {
    this.takeBack();
    try {
      return await this.database.query<R>(this.statement, values, this.options.pool);
    } catch (error) {
      if (!isOfStatement(error) || !(await this.leaveOut(values))) throw error;
      return this.database.query<R>(this.statement, values, this.options.pool);
    }
  }

  private get statement(): Statement {
    const inForce = [...this.parts].filter(([name]) => !this.leftOut.has(name));
    this.composed ??= statement(`read_${this.options.kind}`, this.options.text(this.expression(inForce, [...this.leftOut.keys()])));
    return this.composed;
  }

  private expression(parts: readonly (readonly [string, Part])[], missing: readonly string[] = []): string {
    const fields = parts.map(([name, part]) => `'${name}', (${part.isCore ? part.query : bounded(part.query)})`);
    if (missing.length > 0) fields.push(`'missing', '${JSON.stringify(missing)}'::json`);
    return `json_build_object(${fields.join(', ')})::text`;
  }

  /** Those that were left out for long enough have another try. */
  private takeBack(): void {
    const now = performance.now();
    for (const [part, since] of this.leftOut) {
      if (now - since < LEFT_OUT_MS) continue;
      this.leftOut.delete(part);
      this.composed = undefined;
    }
  }

  /** Tries each part of a hospital's own alone. @returns whether one was at fault */
  private async leaveOut(values: readonly unknown[]): Promise<boolean> {
    const before = this.leftOut.size;
    for (const [part, own] of this.parts) {
      if (own.isCore || this.leftOut.has(part)) continue;
      const alone = statement(`try_${this.options.kind}_${part}`, this.options.text(this.expression([[part, own]])));
      await this.guard.call({
        point: `${this.options.kind} ${part}`,
        deadlineMs: 5000,
        isAnswer: (error) => !isOfStatement(error),
        work: async (): Promise<void> => {
          await this.database.query(alone, values, this.options.pool);
        },
        fallback: () => {
          this.leftOut.set(part, performance.now());
          this.composed = undefined;
        },
      });
    }
    return this.leftOut.size > before;
  }
}

/** Fails by what cannot be JSON. The offset keeps the server from computing the part twice. */
function bounded(query: string): string {
  return `SELECT CASE WHEN octet_length(j::text) <= ${String(MAX_PART)} THEN j ELSE ('too long: ' || octet_length(j::text))::json END
    FROM (SELECT to_json((${query})) AS j OFFSET 0) AS own`;
}

/** True where the server refused the statement itself, or gave it up as too slow. */
function isOfStatement(error: unknown): boolean {
  const cause = error instanceof DomainError ? error.cause : error;
  return cause instanceof pg.DatabaseError && !/^(08|533|57P|58|25|40|55)/.test(cause.code ?? '');
}
