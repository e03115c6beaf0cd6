import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { DomainError, type ErrorCode, type ErrorDetails } from '../common/errors.js';
import { KeyedPlaces } from '../common/collections/keyed-places.js';
import { COMMAND_PATIENCE_MS } from '../common/collections/shedding-queue.js';
import { Database } from '../database/database.js';
import { IdempotencyKeyRow } from '../database/entities/idempotency-key-row.entity.js';
import type { PoolName } from '../database/pools.js';
import { purgeRows } from '../database/purge-rows.js';
import { statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';

/** The same on every transport: what makes two requests one command. Undefined fields don't count. */
export type CommandIdentity = Readonly<{ type: string } & Record<string, unknown>>;

/** The way of a command to the database. */
export interface CommandRoute {
  readonly pool: PoolName;
  /** Runs the work when its turn comes. Waiting work holds no connection. */
  within<T>(work: () => Promise<T>): Promise<T>;
}

/** A command in two steps. */
export interface CommandSteps<T, L> {
  /** Locks and reads what the command is about. Its statements travel with the claim of the key: it must not write, nor judge what it finds. */
  readonly look: (tx: Transaction) => Promise<L>;
  /** Judges, and changes. */
  readonly work: (tx: Transaction, looked: L) => Promise<T>;
}

/** Reads what a refusal named, as it is now. */
export type SubjectReader = (tx: Transaction, id: string) => Promise<unknown>;

/** `call`: the id of the call that a refusal showed. The call itself is not kept: it is read again for whoever asks again. */
type Refusal = { code: ErrorCode; message: string; details?: ErrorDetails; call?: string };
type Answer = { result: unknown } | { error: Refusal };

/** Refusals that depend on the moment, not on the command: the next try may well succeed. */
const NOT_KEPT: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'INVALID_CREDENTIALS',
  'FORBIDDEN',
  'RATE_LIMITED',
  'INTERNAL',
  'UNAVAILABLE',
  'IDEMPOTENCY_KEY_REUSED',
]);

/** The lock says at once whether another node is at work on the key: it is waited for without a connection. */
const claim = statement(
  'claim_key',
  `WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(hashtextextended($1 || ' ' || $2::text, 0)) AS free), mine AS (
     INSERT INTO idempotency_keys (actor, key, command_hash, created_at) SELECT $1, $2::uuid, $3, app_now() FROM turn WHERE free
     ON CONFLICT (actor, key) DO UPDATE SET command_hash = excluded.command_hash, answer = NULL, created_at = excluded.created_at
       WHERE idempotency_keys.created_at < app_now() - interval '24 hours'
     RETURNING true)
   SELECT free, EXISTS (SELECT FROM mine) AS mine FROM turn`,
);
const read = statement('read_key', 'SELECT command_hash AS "commandHash", answer FROM idempotency_keys WHERE actor = $1 AND key = $2');
const keep = statement('keep_answer', 'UPDATE idempotency_keys SET answer = $3 WHERE actor = $1 AND key = $2');
/** Actors with more keys than anybody needs in a day. */
const findSurplus = statement('actors_with_surplus_keys', 'SELECT actor FROM idempotency_keys GROUP BY actor HAVING count(*) > $1');
/** Keys of one person or station. A press every nine seconds for a whole day. */
const MAX_KEYS = 10_000;
/** Commands of one department that are not those of calls: they wait for its queue. */
const OF_A_DEPARTMENT = { places: 2, maxWaiting: 200, patienceMs: COMMAND_PATIENCE_MS };
/** Between two looks at a key that another node is at work on. */
const LOOK_MS = 100;

const nothing = (): Promise<undefined> => Promise.resolve(undefined);

/** Another node is at work on the key. */
class KeyInFlight extends Error {
  override readonly name = 'KeyInFlight';
}

interface Attempt {
  actor: string;
  key: string;
  hash: Buffer;
  route: CommandRoute;
}

/** A command of this node that has no answer yet. */
interface Running {
  hash: Buffer;
  answer: Promise<unknown>;
}

/**
 * Runs a command once per key: the same key and command give the first answer again for 24 h, over whichever
 * transport or node; the key is written in the command's own transaction, so that either both are durable or neither.
 * While it runs, the same key waits for the same answer, without a connection.
 */
@Injectable()
export class IdempotentCommands {
  private readonly running = new Map<string, Running>();
  private readonly departments = new KeyedPlaces(OF_A_DEPARTMENT);
  private readSubject: SubjectReader | undefined;
  private readonly listeners: ((actor: string) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
    @InjectEntityManager() private readonly manager: EntityManager,
  ) {}

  /** To be called while modules are initialised, by the feature whose refusals show a call. */
  showCallsBy(reader: SubjectReader): void {
    this.readSubject = reader;
  }

  /** Called synchronously with whoever gives a command, whatever its answer: keep it short, and do not throw. */
  onCommand(listener: (actor: string) => void): void {
    this.listeners.push(listener);
  }

  /**
   * @param actor whose key it is: a person or a station
   * @param key a UUID; undefined only for stations, which then take their chances
   * @param steps what the command does; its result must be JSON
   * @param route default: the pool of requests, two at a time of the department that the command names
   * @throws DomainError IDEMPOTENCY_KEY_REUSED when the key was used for another command; UNAVAILABLE when others were waited for too long; what `work` throws
   */
  async run<T, L = undefined>(
    actor: string,
    key: string | undefined,
    command: CommandIdentity,
    steps: CommandSteps<T, L> | ((tx: Transaction) => Promise<T>),
    route = this.routeOf(command),
  ): Promise<T> {
    for (const listener of this.listeners) listener(actor);
    const { look, work } = typeof steps === 'function' ? { look: nothing, work: steps } : steps;
    if (key === undefined) return route.within(() => this.transactions.run(async (tx) => work(tx, (await look(tx)) as L), route.pool));
    const place = `${actor} ${key}`;
    const hash = hashOf(command);
    for (let other = this.running.get(place); other; other = this.running.get(place)) {
      if (other.hash.equals(hash)) return other.answer as Promise<T>;
      // The outcome of the other run shows if the key is taken.
      await other.answer.catch(() => undefined);
    }
    const answer = route.within(() => this.once({ actor, key, hash, route }, { look: look as CommandSteps<T, L>['look'], work }));
    this.running.set(place, { hash, answer });
    try {
      return await answer;
    } finally {
      this.running.delete(place);
    }
  }

  /** Removes keys whose day is over, and those of whoever has too many, a bounded number at a time, until nothing is left. */
  async purge(): Promise<void> {
    await purgeRows(this.manager, IdempotencyKeyRow, (keys) => keys.where(`old.createdAt < app_now() - interval '24 hours'`));
    const actors = await this.database.query<{ actor: string }>(findSurplus, [MAX_KEYS]);
    for (const { actor } of actors)
      await purgeRows(this.manager, IdempotencyKeyRow, (keys) =>
        keys.where('old.actor = :actor', { actor }).orderBy('old.createdAt', 'DESC').offset(MAX_KEYS),
      );
  }

  private routeOf({ dept }: CommandIdentity): CommandRoute {
    return { pool: 'requests', within: (work) => (typeof dept === 'string' ? this.departments.run(dept, work) : work()) };
  }

  /** Runs the command unless its key has an answer. A key that another node is at work on is looked at again, with no connection in hand meanwhile. */
  private async once<T, L>(attempt: Attempt, steps: CommandSteps<T, L>): Promise<T> {
    const deadline = performance.now() + COMMAND_PATIENCE_MS;
    for (;;) {
      try {
        return await this.attempt(attempt, steps);
      } catch (error) {
        if (!(error instanceof KeyInFlight)) throw error;
        if (performance.now() > deadline)
          throw new DomainError('UNAVAILABLE', 'the first try of this key is not over, try again', { retryAfter: 1 });
        await sleep(LOOK_MS * (1 + Math.random()));
      }
    }
  }

  private async attempt<T, L>(attempt: Attempt, { look, work }: CommandSteps<T, L>): Promise<T> {
    let outcome: { first: Answer } | { result: T };
    try {
      outcome = await this.transactions.run(async (tx) => {
        // One message. A key that has its answer, or that another node is at work on, has no use for the look.
        const [claimed, looked] = await Promise.allSettled([this.claim(tx, attempt), look(tx)]);
        if (claimed.status === 'rejected') throw claimed.reason;
        if (claimed.value) return { first: claimed.value };
        if (looked.status === 'rejected') throw looked.reason;
        const result = await work(tx, looked.value);
        this.keep(tx, attempt, { result: result ?? null });
        return { result };
      }, attempt.route.pool);
    } catch (error) {
      if (!(error instanceof DomainError) || NOT_KEPT.has(error.code)) throw error;
      return this.keepRefusal<T>(attempt, error);
    }
    return 'first' in outcome ? (replay(outcome.first) as T) : outcome.result;
  }

  /** The work was rolled back with its key; the refusal is kept by itself, unless the same key got another answer meanwhile. */
  private async keepRefusal<T>(attempt: Attempt, refusal: DomainError): Promise<T> {
    const first = await this.transactions.run(async (tx) => {
      const answer = await this.claim(tx, attempt);
      if (!answer) this.keep(tx, attempt, { error: toKept(refusal) });
      return answer;
    }, attempt.route.pool);
    if (!first) throw refusal;
    return replay(first) as T;
  }

  private keep(tx: Transaction, { actor, key }: Attempt, answer: Answer): void {
    tx.beforeCommit('answer', () => [{ statement: keep, values: [actor, key, JSON.stringify(answer)] }]);
  }

  /** @returns the first answer, when there is one already. @throws KeyInFlight when another node is at work on it */
  private async claim(tx: Transaction, { actor, key, hash }: Attempt): Promise<Answer | undefined> {
    const turn = await tx.one<{ free: boolean; mine: boolean }>(claim, [actor, key, hash]);
    if (!turn?.free) throw new KeyInFlight('another node is at work on this key');
    if (turn.mine) return undefined;
    const first = await tx.one<{ commandHash: Buffer; answer: Answer }>(read, [actor, key]);
    if (!first) throw new Error('a key that exists cannot be read');
    if (!first.commandHash.equals(hash)) {
      throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key was used for another command');
    }
    return this.withSubject(tx, first.answer);
  }

  private async withSubject(tx: Transaction, answer: Answer): Promise<Answer> {
    if (!('error' in answer) || answer.error.call === undefined || !this.readSubject) return answer;
    const call = await this.readSubject(tx, answer.error.call);
    return { error: { ...answer.error, details: { ...answer.error.details, call } } };
  }
}

/** Without the call that it shows: the row is kept for a day, and read by whoever has the key. */
function toKept({ code, message, details }: DomainError): Refusal {
  const { call, ...others } = details ?? {};
  const id = (call as { id?: unknown } | undefined)?.id;
  return {
    code,
    message,
    ...(Object.keys(others).length > 0 && { details: others }),
    ...(typeof id === 'string' && { call: id }),
  };
}

/** @throws the refusal, where that was the first answer */
function replay(answer: Answer): unknown {
  if ('result' in answer) return answer.result;
  const { code, message, details } = answer.error;
  throw new DomainError(code, message, details ? { details } : {});
}

function hashOf(command: CommandIdentity): Buffer {
  const fields = Object.entries(command)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(fields)).digest();
}
