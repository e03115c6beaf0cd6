import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '../common/errors.js';
import { StartAgain } from '../database/database-error.js';
import { statement } from '../database/statement.js';
import type { Transaction } from '../database/transactions.js';
import { type ShiftHandover, ShiftsService } from '../staffing/shifts.service.js';
import { CallJournal } from './call-journal.js';
import { CallsRepository } from './calls.repository.js';
import { Recipients } from './recipients.js';

const held = statement(
  'lock_held_calls',
  `SELECT id, dept_id AS dept, state FROM calls
   WHERE accepted_by = $1 AND dept_id = $2 AND state IN ('accepted', 'in_progress') ORDER BY id FOR NO KEY UPDATE`,
);
const countHeld = statement(
  'count_held_calls',
  `SELECT count(*)::int AS count FROM calls WHERE accepted_by = $1 AND dept_id = $2 AND state IN ('accepted', 'in_progress')`,
);

interface Holder {
  staffId: string;
  dept: string;
}

/** A shift that ends hands on what the nurse has accepted; what is in progress must be finished first. */
@Injectable()
export class CallHandover implements OnModuleInit, ShiftHandover {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly calls: CallsRepository,
    private readonly recipients: Recipients,
    private readonly journal: CallJournal,
  ) {}

  onModuleInit(): void {
    this.shifts.handOverWith(this);
  }

  async release(tx: Transaction, { staffId, dept }: Holder): Promise<void> {
    const calls = await tx.query<{ id: string; dept: string; state: 'accepted' | 'in_progress' }>(held, [staffId, dept]);
    if (calls.some((call) => call.state === 'in_progress')) {
      throw new DomainError('SHIFT_HAS_CALLS', 'finish the call in progress, or have a manager hand it over', {
        details: { call_ids: calls.filter((call) => call.state === 'in_progress').map((call) => call.id) },
      });
    }
    for (const call of calls) {
      await this.calls.reopen(tx, call.id);
      await this.calls.markDeclined(tx, call.id, staffId);
      const { unattended } = await this.recipients.choose(tx, call);
      const view = await this.calls.view(tx, call.id);
      const by = { kind: 'staff', id: staffId } as const;
      this.journal.append(tx, 'call.pending', view, by, { from: 'accepted', reason: 'shift_ended' });
      if (unattended) this.journal.append(tx, 'call.unattended', view, by, { reason: 'nobody_on_duty' });
    }
  }

  /** A call that was accepted after the look above waited for the shift's lock to be let go: hand it on too. */
  async settled(tx: Transaction, { staffId, dept }: Holder): Promise<void> {
    const row = await tx.one<{ count: number }>(countHeld, [staffId, dept]);
    if (row && row.count > 0) throw new StartAgain();
  }
}
