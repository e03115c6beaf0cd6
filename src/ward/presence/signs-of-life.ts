import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DeliveryProgress } from '../../events/delivery/delivery-progress.js';
import { Clock } from '../../platform/common/clock.js';
import { statement } from '../../platform/database/statement.js';
import { Transactions } from '../../platform/database/transactions.js';
import { IdempotentCommands } from '../../platform/idempotency/idempotent-commands.js';
import type { DueWork } from '../../platform/scheduling/due-work.js';
import { DueWorkScheduler } from '../../platform/scheduling/due-work-scheduler.js';
import { Responsiveness } from './responsiveness.js';

/** More people than a node serves. The one who has been silent for longest is forgotten first. */
const MAX_PEOPLE = 20_000;

/** Few: people who missed a receipt lately, or are unresponsive. */
const missing = statement(
  'people_who_missed',
  `SELECT staff_id AS "staffId", extract(epoch FROM statement_timestamp() - noticed_at)::float8 AS seconds
   FROM missed_receipts LIMIT 1000`,
);

/**
 * Acknowledgements and commands that came to this node, as signs that a person hears. They are kept in memory, and looked at only for people who
 * missed a receipt: an acknowledgement costs no statement.
 */
@Injectable()
export class SignsOfLife implements OnModuleInit, DueWork {
  readonly name = 'signs_of_life';
  readonly isCore = true;
  readonly look = { claim: { statement: missing } };
  /** The last sign of life of each person, by the monotonic clock; the latest at the end. */
  private readonly heardAt = new Map<string, number>();
  /** People whom the last look found missing: a sign of theirs is looked at once. */
  private missing = new Set<string>();

  constructor(
    private readonly transactions: Transactions,
    private readonly responsiveness: Responsiveness,
    private readonly progress: DeliveryProgress,
    private readonly commands: IdempotentCommands,
    private readonly scheduler: DueWorkScheduler,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.scheduler.register(this);
    this.progress.add({
      acknowledged: ({ id }) => {
        this.note(id);
      },
    });
    this.commands.onCommand((actor) => {
      if (actor.startsWith('staff:')) this.note(actor.slice('staff:'.length));
    });
  }

  /** People on any node who missed something, and were heard of on this one since. */
  async handleOne(): Promise<boolean> {
    const people = await this.transactions.run((tx) => tx.query<{ staffId: string; seconds: number }>(missing), 'engine');
    this.missing = new Set(people.map((person) => person.staffId));
    for (const { staffId, seconds } of people) {
      const heardAt = this.heardAt.get(staffId);
      if (heardAt === undefined) continue;
      const secondsAgo = (this.clock.monotonic() - heardAt) / 1000;
      if (secondsAgo < seconds) await this.transactions.run((tx) => this.responsiveness.heard(tx, staffId, secondsAgo), 'engine');
    }
    return false;
  }

  private note(staffId: string): void {
    this.heardAt.delete(staffId);
    this.heardAt.set(staffId, this.clock.monotonic());
    if (this.heardAt.size > MAX_PEOPLE)
      for (const oldest of [...this.heardAt.keys()].slice(0, MAX_PEOPLE / 10)) this.heardAt.delete(oldest);
    if (this.missing.has(staffId)) this.scheduler.wake(this.name);
  }
}
