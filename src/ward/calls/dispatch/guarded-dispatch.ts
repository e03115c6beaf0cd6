import type { ExtensionGuard } from '../../../platform/extensions/extension-guard.js';
import type { Transaction } from '../../../platform/database/transactions.js';
import type { DepartmentQueue } from '../../staffing/queue/department-queue.service.js';
import { Dispatch, type DispatchTarget } from './dispatch.js';
import type { DispatchableCall, DispatchStrategy } from './dispatch-strategy.js';

/** It runs under the locks of a call. */
const DEADLINE_MS = 200;

/** A hospital's own strategy, which cannot lose a call: where it fails, is late or names no candidate, the queue's own order decides. */
export class GuardedDispatch extends Dispatch {
  constructor(
    private readonly own: DispatchStrategy,
    private readonly queue: DepartmentQueue,
    private readonly guard: ExtensionGuard,
  ) {
    super();
  }

  async next(tx: Transaction, call: DispatchableCall): Promise<DispatchTarget | undefined> {
    const candidates = await this.queue.candidates(tx, call);
    if (candidates.length === 0) return undefined;
    const { id, dept, roomId, type, rank } = call;
    const chosen = await this.guard.call<string | undefined>({
      point: 'dispatch strategy',
      deadlineMs: DEADLINE_MS,
      rests: true,
      isAnswer: () => false,
      work: (signal) => this.own.choose({ id, dept, roomId, type, rank }, structuredClone(candidates), signal),
      isValid: (answer) => candidates.some(({ staffId }) => staffId === answer),
      fallback: () => undefined,
    });
    const target = candidates.find(({ staffId }) => staffId === chosen);
    if (!target || !(await this.queue.take(tx, call.dept, target))) return this.queue.turn(tx, call);
    return { staffId: target.staffId, reason: target.reason };
  }
}
