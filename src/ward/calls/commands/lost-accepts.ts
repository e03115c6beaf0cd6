import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../../identity/access/principal.js';
import { Logger } from '../../../platform/logging/logger.js';
import { statement } from '../../../platform/database/statement.js';
import { Transactions } from '../../../platform/database/transactions.js';
import { CallJournal } from '../call-journal.js';
import { CallsRepository } from '../calls.repository.js';

/** The call first, then the asking: the order in which all lock them. */
const silence = statement(
  'silence_lost_accept',
  `WITH taken AS (SELECT c.id FROM calls c WHERE c.id = $1 AND c.state = 'accepted' AND c.accepted_by <> $2::uuid FOR NO KEY UPDATE)
   UPDATE annunciations a SET withdrawn_at = app_now(), withdrawn_reason = 'accepted_by_another'
   FROM taken WHERE a.call_id = taken.id AND a.staff_id = $2 AND a.withdrawn_at IS NULL RETURNING 1 AS found`,
);

/** An accept that came second silences the devices of the person who gave it. At an urgent call, those of the others go on ringing. */
@Injectable()
export class LostAccepts {
  constructor(
    private readonly transactions: Transactions,
    private readonly calls: CallsRepository,
    private readonly journal: CallJournal,
    private readonly logger: Logger,
  ) {}

  /** Never rejects: a device that rings on is heard, and the refusal must reach its person. */
  async silence(callId: string, staff: StaffPrincipal): Promise<void> {
    try {
      await this.transactions.run(async (tx) => {
        if ((await tx.query(silence, [callId, staff.id])).length === 0) return;
        this.journal.withdrawn(tx, await this.calls.view(tx, callId), staff, staff.id, 'accepted_by_another');
      });
    } catch (error) {
      this.logger.warn('annunciations.lost_accept_not_written', { call_id: callId, error });
    }
  }
}
