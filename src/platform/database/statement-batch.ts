import pg from 'pg';
import type { Statement } from './statement.js';

type Answer = pg.QueryResult<pg.QueryResultRow>;

/** A statement that waits to be sent, and what becomes of it. */
export interface Ask {
  readonly statement: Statement;
  readonly values: readonly unknown[];
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** The parts of the driver's connection that its types leave out. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  /** Texts of the statements whose preparation has been sent, and not been answered yet. */
  readonly submittedNamedStatements: Record<string, string>;
  /** Texts of the statements that are prepared. */
  readonly parsedStatements: Record<string, string>;
  sync(): void;
}

interface RowDescription {
  readonly fields: readonly unknown[];
}

/** The parts of the driver's query that its types leave out. */
interface Query {
  submit(wire: Wire): Error | null;
  handleRowDescription(message: RowDescription): void;
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleEmptyQuery(wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
}

/** The columns of the prepared statements that a connection has described; undefined columns where a statement answers with no rows. */
const described = new WeakMap<Wire, Map<string, RowDescription | undefined>>();

/** Answered or refused, as the driver's query says. */
interface Outcome {
  answer?: Answer;
  error?: unknown;
}

/**
 * Statements that travel in one message, and are answered in one: a single `Sync` closes them. The server runs none behind one that fails, so
 * that the error of a batch is always its first one. A statement that the connection has described is not described again.
 *
 * The driver calls `submit` and the `handle…` methods, as those of its own queries.
 */
export class StatementBatch implements pg.Submittable {
  private readonly queries: Query[];
  private readonly outcomes: Outcome[];
  /** The statement that the server answers next. */
  private position = 0;
  private columns = new Map<string, RowDescription | undefined>();
  private isDescribed: boolean[] = [];
  /** The error of a statement that could not be sent. */
  private unsent: Error | undefined;

  /** @param settled called once every statement has its answer or its error */
  constructor(
    private readonly asks: readonly Ask[],
    private readonly settled: (error: unknown) => void,
  ) {
    this.outcomes = asks.map(() => ({}));
    this.queries = asks.map(({ statement, values }, n) => {
      const query = new pg.Query({ ...statement, values: [...values], queryMode: 'extended' } as pg.QueryConfig, (error, answer) => {
        const outcome = this.outcomes[n] ?? {};
        if (error) outcome.error = error;
        else outcome.answer = answer;
      });
      return query as unknown as Query;
    });
  }

  get size(): number {
    return this.asks.length;
  }

  get statements(): readonly Statement[] {
    return this.asks.map(({ statement }) => statement);
  }

  /** The driver's: of the statement that the server answers next. */
  get name(): string | undefined {
    return this.asks[this.position]?.statement.name;
  }

  /** The driver's, likewise. */
  get text(): string | undefined {
    return this.asks[this.position]?.statement.text;
  }

  submit(connection: pg.Connection): void {
    const wire = connection as unknown as Wire;
    this.columns = described.get(wire) ?? this.columns;
    described.set(wire, this.columns);
    // Writes as the connection does, but for what the batch does itself.
    const once = Object.create(wire, { sync: { value: () => undefined } }) as Wire;
    const undescribed = Object.create(once, { describe: { value: () => undefined } }) as Wire;
    wire.stream.cork();
    try {
      for (const [n, query] of this.queries.entries()) {
        const { name = '' } = this.asks[n]?.statement ?? {};
        const isDescribed = name !== '' && this.columns.has(name);
        this.isDescribed.push(isDescribed);
        this.unsent = query.submit(isDescribed ? undescribed : once) ?? (this.outcomes[n]?.error as Error | undefined);
        if (this.unsent) {
          // The driver closes a statement whose values cannot be sent, and goes on to count it as prepared.
          Reflect.deleteProperty(wire.parsedStatements, this.asks[n]?.statement.name ?? '');
          break;
        }
      }
    } finally {
      wire.sync();
      wire.stream.uncork();
    }
    this.describeCurrent();
  }

  handleRowDescription(message: RowDescription): void {
    if (this.name) this.columns.set(this.name, message);
    this.current?.handleRowDescription(message);
  }

  handleDataRow(message: unknown): void {
    this.current?.handleDataRow(message);
  }

  handleCommandComplete(message: unknown, wire: Wire): void {
    this.current?.handleCommandComplete(message, wire);
    this.next();
  }

  handleEmptyQuery(wire: Wire): void {
    this.current?.handleEmptyQuery(wire);
    this.next();
  }

  handleReadyForQuery(wire: Wire): void {
    for (const query of this.queries.slice(0, this.position)) query.handleReadyForQuery(wire);
    const failed = this.outcomes.findIndex(({ error }) => error !== undefined);
    this.end(failed === -1 ? this.position : failed, this.outcomes[failed]?.error ?? this.unsent, wire);
  }

  handleError(error: unknown, wire: Wire): void {
    for (const query of this.queries.slice(0, this.position)) query.handleReadyForQuery(wire);
    this.end(this.position, error, wire);
  }

  private get current(): Query | undefined {
    return this.queries[this.position];
  }

  private next(): void {
    const { name } = this;
    // It has answered without saying of which columns: there are none.
    if (name && !this.columns.has(name)) this.columns.set(name, undefined);
    this.position++;
    this.describeCurrent();
  }

  private describeCurrent(): void {
    const known = this.isDescribed[this.position] === true ? this.columns.get(this.name ?? '') : undefined;
    if (known) this.current?.handleRowDescription(known);
  }

  /** Those before `failed` have their answers, the others the error: the server has not run them. */
  private end(failed: number, error: unknown, wire: Wire): void {
    for (const [n, { statement, resolve, reject }] of this.asks.entries()) {
      const answer = this.outcomes[n]?.answer;
      if (n < failed && answer) resolve(answer);
      else {
        // Its preparation was skipped, too.
        Reflect.deleteProperty(wire.submittedNamedStatements, statement.name);
        reject(error);
      }
    }
    this.settled(failed < this.size ? error : undefined);
  }
}
