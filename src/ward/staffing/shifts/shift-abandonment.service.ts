import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../../identity/audit/audit-log.service.js';
import { actorOf } from '../../../identity/access/principal.js';
import { IdempotentCommands } from '../../../platform/idempotency/idempotent-commands.js';
import { notFound } from '../../../platform/common/errors.js';
import type { ShiftView } from './shift.js';
import { ShiftsService } from './shifts.service.js';
import type { Manager } from '../staffing-changes.js';

/** Shifts that end because a manager says so: who went home without ending theirs. Handing over locks calls, so the queue is not locked before. */
@Injectable()
export class ShiftAbandonment {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly shifts: ShiftsService,
    private readonly audit: AuditLog,
  ) {}

  /** @throws DomainError NOT_FOUND without an active shift; SHIFT_HAS_CALLS while a call of theirs is in progress */
  abandon({ staff, address }: Manager, shift: { dept: string; staffId: string }, key: string | undefined): Promise<ShiftView> {
    const { dept, staffId } = shift;
    return this.commands.run(actorOf(staff), key, { type: 'shift.abandon', dept, staffId }, async (tx) => {
      const [ended] = await this.shifts.abandon(tx, shift);
      if (!ended) throw notFound('active shift');
      this.audit.append(tx, {
        actor: actorOf(staff),
        action: 'shift.abandon',
        target: `staff:${staffId}`,
        result: 'ok',
        detail: { dept, shift_id: ended.id },
        ...(address !== undefined && { address }),
      });
      return ended;
    });
  }
}
