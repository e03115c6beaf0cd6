import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DomainError } from '../../../platform/common/errors.js';
import { RetryTransaction } from '../../../platform/database/database-error.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type Leaving, type LeavingReason, type ShiftHandover, ShiftHandovers } from '../../staffing/shifts/shift-handovers.js';
import { IN_FORCE, IS_TURN } from '../annunciations/asking.js';
import { BEDSIDE_PRESENCE_RANK } from '../call-permissions.js';
import { LostHolders } from '../ladder/handover/lost-holders.service.js';
import { CallsRepository, type LockedCall } from '../calls.repository.js';
import { IS_OPEN } from '../call.js';

/**
 * Calls that were given to the person ($1), and calls below rank $3 that were shown to everybody on duty: an urgent one asks them also while it is
 * accepted. A manager keeps the latter, on duty or not.
 */
const HELD = `c.dept_id = $2 AND (c.accepted_by = $1 AND c.state IN ('accepted', 'in_progress') OR c.state IN ('pending', 'accepted')
  AND EXISTS (SELECT FROM annunciations a WHERE a.call_id = c.id AND a.staff_id = $1 AND ${IN_FORCE}
    AND CASE t.dispatch WHEN 'assigned' THEN ${IS_TURN} ELSE a.role <> 'manager' AND t.rank < $3 END))`;
/** A break leaves the most urgent calls with the person: they are shown to everybody on duty. */
const BELOW_RANK: Readonly<Record<LeavingReason, number>> = { shift_ended: 10, shift_paused: BEDSIDE_PRESENCE_RANK };

const held = statement(
  'held_calls',
  `SELECT c.id FROM calls c JOIN call_types t ON t.id = c.type WHERE ${HELD} AND ${IS_OPEN} ORDER BY c.id`,
);
/** The calls that a transaction has locked, by id. */
const LOCKED = Symbol('calls that are handed over');

/** A shift that ends, or a break, hands on what the nurse was asked or has accepted; what is in progress must be finished first. */
@Injectable()
export class CallHandover implements OnModuleInit, ShiftHandover {
  constructor(
    private readonly handovers: ShiftHandovers,
    private readonly calls: CallsRepository,
    private readonly lost: LostHolders,
  ) {}

  onModuleInit(): void {
    this.handovers.add(this);
  }

  async hold(tx: Transaction, leaving: Leaving): Promise<void> {
    const locked = this.locked(tx);
    for (const id of await this.held(tx, leaving)) {
      const call = await this.calls.lock(tx, id);
      if (call?.state === 'in_progress' && call.acceptedBy === leaving.staffId && leaving.isLeaving !== true) {
        throw new DomainError('SHIFT_HAS_CALLS', 'finish the call in progress, or have a manager hand it over', {
          details: { call_ids: [id] },
        });
      }
      if (call) locked.set(id, call);
    }
  }

  async release(tx: Transaction, leaving: Leaving): Promise<void> {
    const { staffId, reason } = leaving;
    for (const id of await this.held(tx, leaving)) {
      const call = this.locked(tx).get(id);
      // It came to the person after the look above.
      if (!call) throw new RetryTransaction();
      await this.lost.leave(tx, call, staffId, { kind: 'staff', id: staffId }, reason);
    }
  }

  private async held(tx: Transaction, { staffId, dept, reason }: Leaving): Promise<string[]> {
    return (await tx.query<{ id: string }>(held, [staffId, dept, BELOW_RANK[reason]])).map((call) => call.id);
  }

  private locked(tx: Transaction): Map<string, LockedCall> {
    return tx.note(LOCKED, () => new Map<string, LockedCall>());
  }
}
