import type { ExtensionGuard } from '../../../platform/extensions/extension-guard.js';
import { statement } from '../../../platform/database/statement.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import { type DispatchableCall, DispatchStrategy, type DispatchTarget } from './dispatch-strategy.js';

/** It runs under the locks of a call. */
const DEADLINE_MS = 200;
const REASONS: ReadonlySet<unknown> = new Set(['primary', 'backup', 'queue'] satisfies DispatchTarget['reason'][]);
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

const isOnDuty = statement(
  'is_on_duty',
  `SELECT 1 AS one FROM shifts h JOIN staff p ON p.id = h.staff_id AND p.active
   WHERE h.staff_id = $1 AND h.dept_id = $2 AND h.ended_at IS NULL
     AND NOT EXISTS (SELECT FROM annunciations a WHERE a.call_id = $3 AND a.staff_id = h.staff_id AND a.declined_at IS NOT NULL)`,
);

/** A hospital's own strategy, which cannot lose a call: where it fails, is late or names somebody unfit, the default decides. */
export class GuardedDispatch extends DispatchStrategy {
  constructor(
    private readonly own: DispatchStrategy,
    private readonly standard: DispatchStrategy,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined> {
    return this.guard.call<DispatchTarget | undefined>(tx, {
      point: 'dispatch strategy',
      deadlineMs: DEADLINE_MS,
      work: async (own) => this.own.next(own, call),
      isValid: (target) => target === undefined || this.isFit(tx, call, target),
      fallback: () => this.standard.next(tx, call),
    });
  }

  private async isFit(tx: Transaction, call: DispatchableCall, target: DispatchTarget): Promise<boolean> {
    const { staffId, reason } = target as Partial<Record<keyof DispatchTarget, unknown>>;
    if (typeof staffId !== 'string' || !UUID.test(staffId) || !REASONS.has(reason)) return false;
    return (await tx.one(isOnDuty, [staffId, call.dept, call.id])) !== undefined;
  }
}
