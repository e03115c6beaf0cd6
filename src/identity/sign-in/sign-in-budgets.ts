import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectEntityManager } from '@nestjs/typeorm';
import { EntityManager } from 'typeorm';
import { DomainError } from '../../platform/common/errors.js';
import { newId } from '../../platform/common/values/ids.js';
import { purgeRows } from '../../platform/database/purge-rows.js';
import { SignInAttempt } from '../entities/sign-in-attempt.entity.js';
import { statement } from '../../platform/database/statement.js';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { clientNetwork } from '../../platform/limits/client-network.js';
import { LiveLimits } from '../../platform/limits/live-limits.service.js';

/** Failures of a user from a network, or from a browser that is known, in WINDOW_SEC. */
const MAX_FAILURES = 5;
const WINDOW_SEC = 900;
/** Failures of a user from all networks together that cost no waiting. Each further one doubles it, from one second on. */
const FREE_FAILURES = 10;
const MAX_DELAY_SEC = 60;

const takeTurn = statement('take_sign_in_turn', "SELECT pg_advisory_xact_lock(hashtext('wardline sign-in'), hashtext(encode($1, 'hex')))");
/**
 * The scopes of the count: `own` by user and network, or by user and device; `account` by user; `network` by network. Devices
 * have no part in the last two.
 */
const countFailures = statement(
  'count_sign_in_failures',
  `WITH account AS (
     SELECT at, address, device FROM sign_in_attempts WHERE username_hash = $1 AND at > app_now() - make_interval(secs => $4)
   ), own AS (
     SELECT at FROM account WHERE device IS NOT DISTINCT FROM $3 AND ($3::text IS NOT NULL OR address = $2) ORDER BY at DESC LIMIT $5
   ), network AS (
     SELECT at FROM sign_in_attempts WHERE address = $2 AND device IS NULL AND at > app_now() - make_interval(secs => $7) ORDER BY at DESC LIMIT $6
   )
   SELECT (SELECT count(*) FROM own)::int AS own, (SELECT extract(epoch FROM min(at) - app_now()) FROM own)::float8 + $4 AS "ownWait",
     (SELECT count(*) FROM account WHERE device IS NULL)::int AS account,
     (SELECT extract(epoch FROM app_now() - max(at)) FROM account WHERE device IS NULL)::float8 AS "accountRest",
     (SELECT count(*) FROM network)::int AS network, (SELECT extract(epoch FROM min(at) - app_now()) FROM network)::float8 + $7 AS "networkWait"`,
);
const addAttempt = statement(
  'add_sign_in_attempt',
  'INSERT INTO sign_in_attempts (id, username_hash, address, device, at) VALUES ($1, $2, $3, $4, app_now())',
);
const forgetAttempts = statement(
  'forget_sign_in_attempts',
  `DELETE FROM sign_in_attempts WHERE username_hash = $1 AND device IS NOT DISTINCT FROM $3 AND ($3::text IS NOT NULL OR address = $2)`,
);
/** The user name and the place of an attempt to sign in. */
export interface Attempt {
  username: string;
  address: string;
  /** The cookie of a browser in which this user has signed in before. */
  device: string | undefined;
}

interface Counts {
  own: number;
  ownWait: number;
  account: number;
  accountRest: number;
  network: number;
  networkWait: number;
}

/** Limits of attempts to sign in. Guessing is slow, and failures of others never lock out a ward whose browsers are known. */
@Injectable()
export class SignInBudgets {
  constructor(
    private readonly transactions: Transactions,
    private readonly limits: LiveLimits,
    @InjectEntityManager() private readonly manager: EntityManager,
  ) {}

  /**
   * Writes an attempt down before it is made, so that parallel ones are counted too; success takes it back. One at a time for each user.
   * @throws DomainError RATE_LIMITED
   */
  async reserve(attempt: Attempt): Promise<void> {
    const [user, network, device] = keysOf(attempt);
    const rate = this.limits.current.SIGN_IN_RATE_LIMIT;
    const retryAfter = await this.transactions.run(async (tx) => {
      await tx.query(takeTurn, [user]);
      const counts = await tx.one<Counts & Record<string, unknown>>(countFailures, [
        user,
        network,
        device,
        WINDOW_SEC,
        MAX_FAILURES,
        rate?.count ?? 0,
        rate?.seconds ?? 1,
      ]);
      if (!counts) throw new Error('counts are one row');
      const wait = device === null ? this.waitOfUnknown(counts) : waitOfOwn(counts);
      if (wait <= 0) await tx.query(addAttempt, [newId(), user, network, device]);
      return wait;
    });
    if (retryAfter > 0)
      throw new DomainError('RATE_LIMITED', 'too many failed sign-ins, try again later', {
        retryAfter: Math.ceil(retryAfter),
        refusal: 'sign_in',
      });
  }

  /** The password was right. */
  async forget(tx: Transaction, attempt: Attempt): Promise<void> {
    await tx.query(forgetAttempts, keysOf(attempt));
  }

  /** Removes attempts that no window counts any more, a bounded number at a time, until nothing is left. */
  purge(): Promise<void> {
    const seconds = Math.max(WINDOW_SEC, this.limits.current.SIGN_IN_RATE_LIMIT?.seconds ?? 0);
    return purgeRows(this.manager, SignInAttempt, (tries) =>
      tries.where('old.at < app_now() - make_interval(secs => :seconds)', { seconds }),
    );
  }

  private waitOfUnknown(counts: Counts): number {
    const rate = this.limits.current.SIGN_IN_RATE_LIMIT;
    const network = rate && counts.network >= rate.count ? counts.networkWait : 0;
    return Math.max(waitOfOwn(counts), waitOfAccount(counts), network);
  }
}

function keysOf({ username, address, device }: Attempt): [Buffer, string, string | null] {
  const user = usernameHash(username);
  return [user, address === '' ? '::' : clientNetwork(address), device ?? null]; // without an address: the client has gone already
}

function waitOfOwn({ own, ownWait }: Counts): number {
  return own >= MAX_FAILURES ? ownWait : 0;
}

function waitOfAccount({ account, accountRest }: Counts): number {
  if (account <= FREE_FAILURES) return 0;
  return Math.min(MAX_DELAY_SEC, 2 ** (account - FREE_FAILURES - 1)) - accountRest;
}

/** Names that are tried are kept by their digests alone: among them are passwords that were typed into the wrong field. */
export function usernameHash(username: string): Buffer {
  return createHash('sha256').update(username).digest();
}
