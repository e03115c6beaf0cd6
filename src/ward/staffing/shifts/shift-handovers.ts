import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/transactions.js';

/** Why a person lets go of what they hold. */
export type LeavingReason = 'shift_ended' | 'shift_paused';

/** A person who goes off duty, or on a break, in a department. */
export interface Leaving {
  staffId: string;
  dept: string;
  reason: LeavingReason;
  /** The account or the membership ends with the shift: a call in progress is left, too. */
  isLeaving?: boolean;
}

/** A feature's things that people on duty hold, and must hand over. */
export interface ShiftHandover {
  /** Locks what the person holds, before queues and shifts are locked. @throws DomainError SHIFT_HAS_CALLS */
  hold(tx: Transaction, leaving: Leaving): Promise<void>;
  /** Hands it on. The person has left the queue by now, and takes no turn any more. @throws RetryTransaction when something has come in between */
  release(tx: Transaction, leaving: Leaving): Promise<void>;
}

/** The registry of the features whose things must be handed over. */
@Injectable()
export class ShiftHandovers implements ShiftHandover {
  private readonly handovers: ShiftHandover[] = [];

  add(handover: ShiftHandover): void {
    this.handovers.push(handover);
  }

  async hold(tx: Transaction, leaving: Leaving): Promise<void> {
    for (const handover of this.handovers) await handover.hold(tx, leaving);
  }

  async release(tx: Transaction, leaving: Leaving): Promise<void> {
    for (const handover of this.handovers) await handover.release(tx, leaving);
  }
}
