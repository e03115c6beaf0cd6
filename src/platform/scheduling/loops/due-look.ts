import type { Database } from '../../database/database.js';
import { type Statement, statement } from '../../database/statement.js';
import type { DueLook } from '../due-work.js';

/** A claim locks what it finds. A look only looks. */
const LOCKING = /\bFOR (?:NO KEY UPDATE|UPDATE|SHARE|KEY SHARE)(?: OF \w+(?:, ?\w+)*)?(?: SKIP LOCKED| NOWAIT)?/g;

/** The result of a look, for one kind of work. */
export interface Found {
  readonly isDue: boolean;
  /** Milliseconds until the next known deadline; null where there is none. */
  readonly ms: number | null;
  /** The whole answer about the next deadline, where there is one. */
  readonly next: Readonly<Record<string, unknown>> | null;
}

/**
 * One statement that looks for all kinds of due work at once: an idle node asks this, and nothing else, once a second. It is made of the statements
 * by which the work is claimed, so that what is looked for is what is claimed.
 */
export class CombinedLook {
  private readonly statement: Statement;
  private readonly values: unknown[] = [];

  constructor(looks: readonly DueLook[]) {
    const columns = looks.flatMap(({ claim, next }, n) => [
      `EXISTS (${this.take(claim)}) AS due_${String(n)}`,
      next ? `(SELECT to_jsonb(n) FROM (${this.take(next)}) n) AS next_${String(n)}` : `NULL::jsonb AS next_${String(n)}`,
    ]);
    this.statement = statement('look_for_due_work', `SELECT ${columns.join(',\n')}`);
  }

  /** @returns what was found, in the order of the looks */
  async ask(database: Database): Promise<Found[]> {
    const [row = {}] = await database.query<Record<string, boolean | Found['next']>>(this.statement, this.values, 'engine');
    return Array.from({ length: Object.keys(row).length / 2 }, (_, n) => {
      const next = (row[`next_${String(n)}`] ?? null) as Found['next'];
      return { isDue: row[`due_${String(n)}`] === true, ms: typeof next?.['ms'] === 'number' ? next['ms'] : null, next };
    });
  }

  /** Its text without locks, its parameters counted on from those of the others. */
  private take({ statement: { text }, values = [] }: DueLook['claim']): string {
    const first = this.values.length;
    this.values.push(...values);
    return text.replaceAll(LOCKING, '').replaceAll(/\$(\d+)/g, (_, n: string) => `$${String(Number(n) + first)}`);
  }
}
