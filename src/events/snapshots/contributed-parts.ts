import { type Statement, statement } from '../../platform/database/statement.js';

/** What features contribute to a picture of a department, read in one statement: one statement sees one instant. */
export class ContributedParts {
  private readonly parts = new Map<string, string>();
  private composed: Statement | undefined;

  /** @param text the statement around the parts, which are given as an expression: JSON text of `{ part: … }` */
  constructor(
    private readonly name: string,
    private readonly text: (parts: string) => string,
  ) {}

  /** @param query a scalar subquery that answers JSON */
  contribute(part: string, query: string): void {
    this.parts.set(part, query);
    this.composed = undefined;
  }

  get statement(): Statement {
    this.composed ??= statement(this.name, this.text(this.expression));
    return this.composed;
  }

  private get expression(): string {
    return `json_build_object(${[...this.parts].map(([part, query]) => `'${part}', (${query})`).join(', ')})::text`;
  }
}
