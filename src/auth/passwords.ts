import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../common/errors.js';
import { newSecret } from '../common/ids.js';

/** argon2id, OWASP's first recommendation: 19 MiB, two passes, one lane. */
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
const MAX_RUNNING = 2;
const MAX_WAITING = 512;

/**
 * Password hashes, a few at a time: each takes tens of milliseconds of a core and 19 MiB, and a rush of sign-ins must
 * not take the event loop's threads from everything else.
 */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly decoy = hash(newSecret(), OPTIONS);

  /** How many wait for their turn. */
  get queueDepth(): number {
    return this.waiting.length;
  }

  /** @throws DomainError UNAVAILABLE when too many wait */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(password, OPTIONS));
  }

  /** Takes the same time whether there is a hash to compare with or not. @throws DomainError UNAVAILABLE when too many wait */
  verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    return this.inTurn(async () => {
      const matches = await verify(passwordHash ?? (await this.decoy), password);
      return matches && passwordHash !== undefined;
    });
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= MAX_RUNNING) {
      if (this.waiting.length >= MAX_WAITING)
        throw new DomainError('UNAVAILABLE', 'too many sign-ins at once, try again', { retryAfter: 5 });
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
