import { availableParallelism } from 'node:os';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../../platform/common/errors.js';
import { newSecret } from '../../platform/common/values/ids.js';
import { FairQueue } from './fair-queue.js';

/** argon2id, OWASP's first recommendation: 19 MiB, two passes, one lane. */
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** One core of a small machine stays with the presses. */
const MAX_RUNNING = Math.max(1, Math.min(2, availableParallelism() - 1));
const MAX_WAITING = 512;

/**
 * The source of a password check. `known`: a person who is signed in, or a browser that has signed in before; their lane does not wait
 * for that of the addresses. Within a lane each key has its turn.
 */
export interface PasswordSource {
  readonly lane: 'known' | 'address';
  /** The person, or the network of the address. */
  readonly key: string;
}

/** The process itself: the first administrator, the demo hospital. */
export const OWN_PASSWORDS: PasswordSource = { lane: 'known', key: 'process' };

/** The operations of one place in the hashing queue. */
export interface PasswordTurn {
  hash(password: string): Promise<string>;
  /** Takes the same time whether there is a hash to compare with or not. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>;
}

/**
 * Password hashes, a few at a time: each takes tens of milliseconds of a core and 19 MiB, and a rush of sign-ins must
 * not take the event loop's threads from everything else.
 */
@Injectable()
export class Passwords {
  private readonly queue = new FairQueue(['known', 'address'], { maxRunning: MAX_RUNNING, maxWaiting: MAX_WAITING });
  private readonly decoy = hash(newSecret(), OPTIONS);
  private readonly turn: PasswordTurn = {
    hash: (password) => hash(password, OPTIONS),
    verify: async (passwordHash, password) => {
      const matches = await verify(passwordHash ?? (await this.decoy), password);
      return matches && passwordHash !== undefined;
    },
  };

  /** How many wait for their turn. */
  get queueDepth(): number {
    return this.queue.depth;
  }

  /** Runs `work` when the source has its turn. @throws DomainError UNAVAILABLE when too many wait; what `work` throws */
  inTurn<T>({ lane, key }: PasswordSource, work: (turn: PasswordTurn) => Promise<T>): Promise<T> {
    return this.queue.run(lane, key, () => work(this.turn), tooMany);
  }

  /** @throws DomainError UNAVAILABLE when too many wait */
  hash(source: PasswordSource, password: string): Promise<string> {
    return this.inTurn(source, (turn) => turn.hash(password));
  }
}

function tooMany(): DomainError {
  return new DomainError('UNAVAILABLE', 'too many sign-ins at once, try again', { retryAfter: 5 });
}
