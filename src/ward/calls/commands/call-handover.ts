import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '../../../platform/common/errors.js';
import { StartAgain } from '../../../platform/database/database-error.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type ShiftHandover, ShiftsService } from '../../staffing/shifts/shifts.service.js';
import { IN_FORCE, IS_TURN } from '../annunciations/asking.js';
import { LostHolders } from '../ladder/lost-holders.service.js';
import { CallsRepository } from '../calls.repository.js';

/** Calls that were given to the person ($1), and those that everybody on duty was told of: a manager stays with these, on duty or not. */
const HELD = `c.dept_id = $2 AND (c.accepted_by = $1 AND c.state IN ('accepted', 'in_progress') OR c.state = 'pending'
  AND EXISTS (SELECT FROM annunciations a WHERE a.call_id = c.id AND a.staff_id = $1 AND ${IN_FORCE}
    AND CASE t.dispatch WHEN 'assigned' THEN ${IS_TURN} ELSE a.role <> 'manager' END))`;

const held = statement(
  'held_calls',
  `SELECT c.id FROM calls c JOIN call_types t ON t.id = c.type WHERE ${HELD} AND c.state IN ('pending', 'accepted', 'in_progress') ORDER BY c.id`,
);
const countHeld = statement(
  'count_held_calls',
  `SELECT count(*)::int AS count FROM calls c JOIN call_types t ON t.id = c.type WHERE ${HELD}`,
);

interface Holder {
  staffId: string;
  dept: string;
  /** The account or the membership ends with the shift. */
  isLeaving?: boolean;
}

/** A shift that ends hands on what the nurse was asked or has accepted; what is in progress must be finished first. */
@Injectable()
export class CallHandover implements OnModuleInit, ShiftHandover {
  constructor(
    private readonly shifts: ShiftsService,
    private readonly calls: CallsRepository,
    private readonly lost: LostHolders,
  ) {}

  onModuleInit(): void {
    this.shifts.handOverWith(this);
  }

  async release(tx: Transaction, { staffId, dept, isLeaving = false }: Holder): Promise<void> {
    const by = { kind: 'staff', id: staffId } as const;
    for (const { id } of await tx.query<{ id: string }>(held, [staffId, dept])) {
      const call = await this.calls.lock(tx, id);
      const isPresent = call?.state === 'in_progress' && call.acceptedBy === staffId;
      if (isPresent && !isLeaving) {
        throw new DomainError('SHIFT_HAS_CALLS', 'finish the call in progress, or have a manager hand it over', {
          details: { call_ids: [id] },
        });
      }
      const isHeld = isPresent || call?.state === 'pending' || (call?.state === 'accepted' && call.acceptedBy === staffId);
      if (call && isHeld) await this.lost.leave(tx, call, staffId, by);
    }
  }

  /** A call that came to the nurse after the look above: hand it on too. */
  async settled(tx: Transaction, { staffId, dept }: Holder): Promise<void> {
    const row = await tx.one<{ count: number }>(countHeld, [staffId, dept]);
    if (row && row.count > 0) throw new StartAgain();
  }
}
