import type { Transaction } from '../../../platform/database/transactions.js';
import type { DispatchableCall, DispatchCandidate } from './dispatch-strategy.js';

/** One nurse to be asked, and the reason why. */
export type DispatchTarget = Pick<DispatchCandidate, 'staffId' | 'reason'>;

/**
 * Takes the next nurse's turn for a call whose row is locked; undefined where nobody may be asked. Locks the queue's row, then shifts: two calls at
 * once never take the same turn, and a nurse whose row is locked is waited for, not passed over.
 */
export abstract class Dispatch {
  /** The department's queue decides, and nothing else: it then does so in the very statement that asks the nurse. */
  readonly isQueueAlone: boolean = false;

  abstract next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined>;
}
