import type { Transaction } from '../../../platform/database/transactions.js';

/** What a strategy is told of a call. */
export interface DispatchableCall {
  id: string;
  dept: string;
  roomId: string;
  type: string;
  rank: number;
}

/** One nurse to be asked, and why they. */
export interface DispatchTarget {
  staffId: string;
  reason: 'primary' | 'backup' | 'queue';
}

/**
 * Extension point: which nurse is asked next about a call that goes to one nurse at a time.
 *
 * An implementation answers with an on-duty nurse of the call's department who is reachable, not excluded and has not been told of the
 * call; undefined when there is none, never somebody unfit for want of a better. It works inside the transaction it is
 * given, with the call's row locked, and takes whatever locks it needs in the documented order (queue row, then shifts), so that two
 * calls at once never take the same turn and a nurse whose row is locked is waited for, not passed over. It sends nothing.
 * `test/support/dispatch-strategy.contract.ts` checks the promise.
 */
export abstract class DispatchStrategy {
  abstract next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined>;
}
