import { Injectable } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { Database } from '../../../platform/database/database.js';
import { statement } from '../../../platform/database/statement.js';

/** The call first, then the asking: the order in which all lock them. */
const silence = statement(
  'silence_lost_accept',
  `WITH taken AS (SELECT c.id FROM calls c WHERE c.id = $1 AND c.state = 'accepted' AND c.accepted_by <> $2::uuid FOR NO KEY UPDATE)
   UPDATE annunciations a SET withdrawn_at = app_now(), withdrawn_reason = 'accepted_by_another'
   FROM taken WHERE a.call_id = taken.id AND a.staff_id = $2 AND a.withdrawn_at IS NULL`,
);

/** An accept that came second silences the devices of the person who gave it. At an urgent call, those of the others go on ringing. */
@Injectable()
export class LostAccepts {
  constructor(
    private readonly database: Database,
    private readonly logger: Logger,
  ) {}

  /** Never rejects: a device that rings on is heard, and the refusal must reach its person. */
  async silence(callId: string, staffId: string): Promise<void> {
    try {
      await this.database.query(silence, [callId, staffId]);
    } catch (error) {
      this.logger.warn('annunciations.lost_accept_not_written', { call_id: callId, error });
    }
  }
}
