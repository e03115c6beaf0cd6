import { Injectable } from '@nestjs/common';
import { type Transaction, Transactions } from '../../platform/database/transactions.js';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { requirePartName } from '../../platform/extensions/part-name.js';
import { Logger } from '../../platform/logging/logger.js';

/** Rows that one transaction removes at most. */
const BATCH = 1000;
/** Rows beyond these wait for the next hour. */
const MAX_BATCHES = 1000;
/** Less than the server lets a transaction be idle. */
export const RULE_DEADLINE_MS = 2500;

/**
 * Extension point: rows of a hospital's own that are not kept for ever. Register a rule with `RetentionRules` while modules are initialised.
 *
 * Every node asks each rule once an hour, after Wardline's own retention, and again at once as long as it removes as many rows as it may. Each time is
 * a transaction of its own. When `purge` throws, has not settled within 2.5 s, or answers no count, nothing of it is kept; the rule is asked again in an
 * hour, `/healthz` is `degraded` and names it, and the other rules go on.
 *
 * An implementation removes its own rows only, by statements of `tx`, and decides by `app_now()`.
 */
export interface RetentionRule {
  /** Small letters, digits, `_` and `-`; unique in the program. */
  readonly name: string;
  /**
   * Removes expired rows.
   * @param limit the most that it may remove
   * @returns how many it has removed
   */
  purge(tx: Transaction, limit: number): Promise<number>;
}

/** The rule did not do its work; the guard has counted and logged why. */
class RuleFailed extends Error {
  override readonly name = 'RuleFailed';
}

/** The retention rules of a hospital's own. */
@Injectable()
export class RetentionRules {
  private readonly rules = new Map<string, RetentionRule>();

  constructor(
    private readonly transactions: Transactions,
    private readonly guard: ExtensionGuard,
    private readonly logger: Logger,
  ) {}

  /**
   * Adds a rule, while modules are initialised.
   * @throws StartRefused for a name that is taken or that is none
   */
  register(rule: RetentionRule): void {
    requirePartName('retention rules', rule.name, this.rules.has(rule.name));
    this.rules.set(rule.name, rule);
  }

  /** Runs every rule now. Failures are the guard's to report. @returns how many rows are gone */
  async run(): Promise<number> {
    let gone = 0;
    for (const rule of this.rules.values()) gone += await this.runOne(rule);
    return gone;
  }

  private async runOne(rule: RetentionRule): Promise<number> {
    let gone = 0;
    try {
      for (let batches = 0; batches < MAX_BATCHES; batches++) {
        const removed = await this.transactions.run((tx) => this.purge(tx, rule), 'extensions');
        gone += removed;
        if (removed < BATCH) break;
      }
    } catch (error) {
      if (!(error instanceof RuleFailed)) this.logger.error('retention.rule_failed', { rule: rule.name, error });
    }
    if (gone > 0) this.logger.info('retention.rule_purged', { rule: rule.name, rows: gone });
    return gone;
  }

  private purge(tx: Transaction, rule: RetentionRule): Promise<number> {
    return this.guard.call({
      point: `retention rule ${rule.name}`,
      deadlineMs: RULE_DEADLINE_MS,
      isBackground: true,
      isAnswer: () => false,
      work: () => rule.purge(tx, BATCH),
      isValid: (removed) => Number.isInteger(removed) && removed >= 0,
      fallback: () => {
        // A statement that comes late must not be another transaction's.
        const failed = new RuleFailed(rule.name);
        tx.abandon(failed);
        throw failed;
      },
    });
  }
}
