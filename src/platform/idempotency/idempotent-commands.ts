import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DomainError, type ErrorCode, type ErrorDetails } from '../common/errors.js';
import { Database } from '../database/database.js';
import { statement } from '../database/statement.js';
import { type Transaction, Transactions } from '../database/transactions.js';

/** The same on every transport: what makes two requests one command. Undefined fields don't count. */
export type CommandIdentity = Readonly<{ type: string } & Record<string, unknown>>;

type Answer = { result: unknown } | { error: { code: ErrorCode; message: string; details?: ErrorDetails } };

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

const claim = statement(
  'claim_key',
  `INSERT INTO idempotency_keys (actor, key, command_hash, created_at) VALUES ($1, $2, $3, app_now())
   ON CONFLICT (actor, key) DO UPDATE SET command_hash = excluded.command_hash, answer = NULL, created_at = excluded.created_at
     WHERE idempotency_keys.created_at < app_now() - interval '24 hours'
   RETURNING true AS mine`,
);
const read = statement('read_key', 'SELECT command_hash AS "commandHash", answer FROM idempotency_keys WHERE actor = $1 AND key = $2');
const keep = statement('keep_answer', 'UPDATE idempotency_keys SET answer = $3 WHERE actor = $1 AND key = $2');
const purge = statement(
  'purge_keys',
  `DELETE FROM idempotency_keys WHERE (actor, key) IN
     (SELECT actor, key FROM idempotency_keys WHERE created_at < app_now() - interval '24 hours' LIMIT 1000)`,
);

interface Attempt {
  actor: string;
  key: string;
  hash: Buffer;
}

/**
 * Runs a command once per key: the same key and command give the first answer again for 24 h, over whichever
 * transport or node; the key is written in the command's own transaction, so that either both are durable or neither.
 */
@Injectable()
export class IdempotentCommands {
  constructor(
    private readonly database: Database,
    private readonly transactions: Transactions,
  ) {}

  /**
   * @param actor whose key it is: a person or a station
   * @param key a UUID; undefined only for stations, which then take their chances
   * @param work what the command does; its result must be JSON
   * @throws DomainError IDEMPOTENCY_KEY_REUSED when the key was used for another command; what `work` throws
   */
  async run<T>(actor: string, key: string | undefined, command: CommandIdentity, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (key === undefined) return this.transactions.run(work);
    const attempt = { actor, key, hash: hashOf(command) };
    let outcome: { first: Answer } | { result: T };
    try {
      outcome = await this.transactions.run(async (tx) => {
        const first = await this.claim(tx, attempt);
        if (first) return { first };
        const result = await work(tx);
        await this.keep(tx, attempt, { result: result ?? null });
        return { result };
      });
    } catch (error) {
      if (!(error instanceof DomainError) || NOT_KEPT.has(error.code)) throw error;
      return this.keepRefusal<T>(attempt, error);
    }
    return 'first' in outcome ? (replay(outcome.first) as T) : outcome.result;
  }

  /** Removes keys whose day is over, a bounded number at a time. */
  async purge(): Promise<void> {
    await this.database.query(purge);
  }

  /** The work was rolled back with its key; the refusal is kept by itself, unless the same key got another answer meanwhile. */
  private async keepRefusal<T>(attempt: Attempt, refusal: DomainError): Promise<T> {
    const { code, message, details } = refusal;
    const first = await this.transactions.run(async (tx) => {
      const answer = await this.claim(tx, attempt);
      if (!answer) await this.keep(tx, attempt, { error: { code, message, ...(details && { details }) } });
      return answer;
    });
    if (!first) throw refusal;
    return replay(first) as T;
  }

  private async keep(tx: Transaction, { actor, key }: Attempt, answer: Answer): Promise<void> {
    await tx.query(keep, [actor, key, JSON.stringify(answer)]);
  }

  /** Waits for a concurrent holder of the key. @returns the first answer, when there is one already */
  private async claim(tx: Transaction, { actor, key, hash }: Attempt): Promise<Answer | undefined> {
    if (await tx.one(claim, [actor, key, hash])) return undefined;
    const first = await tx.one<{ commandHash: Buffer; answer: Answer }>(read, [actor, key]);
    if (!first) throw new Error('a key that exists cannot be read');
    if (!first.commandHash.equals(hash)) {
      throw new DomainError('IDEMPOTENCY_KEY_REUSED', 'this key was used for another command');
    }
    return first.answer;
  }
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
