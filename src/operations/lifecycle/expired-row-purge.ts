import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SessionsService } from '../../identity/sessions/sessions.service.js';
import { SignInBudgets } from '../../identity/sign-in/sign-in-budgets.js';
import { IdempotentCommands } from '../../platform/idempotency/idempotent-commands.js';
import { Logger } from '../../platform/logging/logger.js';

const UPKEEP_INTERVAL_MS = 60_000;

/** Removes what has had its time, a bounded number of rows at a time, on every node alike. */
@Injectable()
export class ExpiredRowPurge {
  constructor(
    private readonly sessions: SessionsService,
    private readonly signIns: SignInBudgets,
    private readonly commands: IdempotentCommands,
    private readonly logger: Logger,
  ) {}

  @Interval(UPKEEP_INTERVAL_MS)
  async run(): Promise<void> {
    try {
      await this.sessions.purge();
      await this.signIns.purge();
      await this.commands.purge();
    } catch (error) {
      this.logger.warn('upkeep.failed', { error });
    }
  }
}
