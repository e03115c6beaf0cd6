import pg from 'pg';
import { vi } from 'vitest';
import { StatementBatch } from '../../../src/platform/database/statement-batch.js';

/** Statements that go to the server in one message. */
export interface RoundTrip {
  /** `presses` */
  readonly pool: string;
  /** The connection it went over; beside it, the pool works on others. */
  readonly connection: number;
  /** Names of prepared statements, without their digest; of others the first word. */
  readonly statements: readonly string[];
}

const POOL = /^wardline-/;
const DIGEST = /_[\da-f]{12}$/;

/** The messages of this process to the database, from here on; `vi.restoreAllMocks` ends it. */
export class DatabaseTraffic {
  private readonly trips: RoundTrip[] = [];
  private readonly connections = new Map<pg.Client, number>();

  static record(): DatabaseTraffic {
    const traffic = new DatabaseTraffic();
    const send = Reflect.get(pg.Client.prototype, 'query') as (...parameters: unknown[]) => unknown;
    vi.spyOn(pg.Client.prototype, 'query').mockImplementation(function (this: pg.Client, ...parameters: unknown[]) {
      const name = (this as unknown as { connectionParameters: { application_name?: string } }).connectionParameters.application_name ?? '';
      if (POOL.test(name))
        traffic.trips.push({ pool: name.replace(POOL, ''), connection: traffic.numberOf(this), statements: namesOf(parameters[0]) });
      return Reflect.apply(send, this, parameters);
    });
    return traffic;
  }

  private numberOf(client: pg.Client): number {
    const number = this.connections.get(client) ?? this.connections.size;
    this.connections.set(client, number);
    return number;
  }

  /** Names of the statements since the last look; they stay. */
  statements(): string[] {
    return this.trips.flatMap(({ statements }) => statements);
  }

  /** Those of the pools named, or all, since the last look. */
  take(...pools: string[]): RoundTrip[] {
    return this.trips.splice(0).filter(({ pool }) => pools.length === 0 || pools.includes(pool));
  }
}

function namesOf(query: unknown): string[] {
  if (query instanceof StatementBatch) return query.statements.map(({ name }) => name.replace(DIGEST, ''));
  if (typeof query === 'string') return [firstWord(query)];
  const { name, text = '' } = query as { name?: string; text?: string };
  return [name?.replace(DIGEST, '') ?? firstWord(text)];
}

function firstWord(text: string): string {
  return text.split(/\s/, 1)[0] ?? '';
}
