import { expect, it } from 'vitest';
import type { Transactions } from '../../../src/platform/database/transactions.js';
import type { Dispatch, DispatchTarget } from '../../../src/ward/calls/dispatch/dispatch.js';
import type { DispatchableCall } from '../../../src/ward/calls/dispatch/dispatch-strategy.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface DispatchSubject {
  dispatch: Dispatch;
  transactions: Transactions;
  /** On duty in one department, reachable, not excluded: at least three, and nobody else fits. */
  fit: string[];
  /** A pending call of that department of which nobody was told yet. */
  freshCall: () => Promise<DispatchableCall>;
  /** Records that the person was told of the call, as the service does with who was chosen. */
  tell: (call: DispatchableCall, staffId: string) => Promise<void>;
  /** Makes an on-duty nurse unfit until the function answered is called. */
  unfit: Record<'excluded' | 'unreachable' | 'off duty', (staffId: string) => Promise<() => Promise<void>>>;
  /** Locks the shift rows of all on-duty nurses, as somebody else's transaction would, until the function answered is called. */
  lockShifts: () => Promise<() => Promise<void>>;
}

/** Held long enough for a strategy that passes locked rows over to have answered. */
const LOCK_HELD_MS = 300;

/** The promise of `Dispatch`; call it inside a `describe`. */
export function dispatchContract(subject: () => DispatchSubject): void {
  /** Inside a transaction with the call's row locked, as the service calls it. */
  function next(call: DispatchableCall): Promise<DispatchTarget | undefined> {
    return subject().transactions.run(async (tx) => {
      await tx.query({ name: 'contract_lock_call', text: 'SELECT 1 FROM calls WHERE id = $1 FOR NO KEY UPDATE' }, [call.id]);
      return subject().dispatch.next(tx, call);
    });
  }

  it('answers with a nurse who fits, until all were told, and then with nobody', async () => {
    const { fit, freshCall, tell } = subject();
    const call = await freshCall();
    const asked: string[] = [];
    for (const _ of fit) {
      const target = await next(call);
      expect(target).toBeDefined();
      expect(['primary', 'backup', 'queue']).toContain(target!.reason);
      asked.push(target!.staffId);
      await tell(call, target!.staffId);
    }
    expect(asked.sort()).toEqual([...fit].sort());
    expect(await next(call)).toBeUndefined();
  });

  it.each(['excluded', 'unreachable', 'off duty'] as const)('never answers with a nurse who is %s', async (why) => {
    const { fit, freshCall, tell, unfit } = subject();
    const [out = '', ...others] = fit;
    const restore = await unfit[why](out);
    try {
      const call = await freshCall();
      const asked: string[] = [];
      for (;;) {
        const target = await next(call);
        if (!target) break;
        asked.push(target.staffId);
        await tell(call, target.staffId);
      }
      expect(asked.sort()).toEqual([...others].sort());
    } finally {
      await restore();
    }
  });

  it('never gives two calls at once the same turn', async () => {
    const { fit, freshCall } = subject();
    for (let round = 0; round < 5; round++) {
      const calls: DispatchableCall[] = [];
      for (const _ of fit) calls.push(await freshCall());
      const targets = await Promise.all(calls.map(next));
      expect(targets.map((target) => target?.staffId).sort()).toEqual([...fit].sort());
    }
  });

  it('waits for a nurse whose row is locked: a locked nurse is not an absent nurse', async () => {
    const { fit, freshCall, lockShifts } = subject();
    const call = await freshCall();
    const release = await lockShifts();
    const timer = new Promise<void>((resolve) => setTimeout(resolve, LOCK_HELD_MS)).then(release);
    const target = await next(call);
    await timer;
    expect(fit).toContain(target?.staffId);
  });
}
