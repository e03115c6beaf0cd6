import { deepEqual, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { DispatchableCall, DispatchCandidate, DispatchStrategy } from '../../ward/calls/dispatch/dispatch-strategy.js';
import type { It } from './support/test-runner.js';

/** The strategy to be checked, and calls that it should meet. */
export interface DispatchStrategySubject {
  strategy: DispatchStrategy;
  calls: DispatchableCall[];
  /** Nurses that it knows, if it matters; made up by default. */
  nurses?: string[];
}

const LIMIT_MS = 200;
const SIZES = [1, 2, 7, 200];

/** The promise of `DispatchStrategy`; call it inside a `describe`. */
export function dispatchStrategyContract(it: It, subject: () => DispatchStrategySubject): void {
  const candidatesOf = (count: number): DispatchCandidate[] => {
    const { nurses = [] } = subject();
    const reasons = ['primary', 'backup', 'queue'] as const;
    return Array.from({ length: count }, (_, place) => ({
      staffId: nurses[place] ?? randomUUID(),
      reason: reasons[Math.min(place, 2)] ?? 'queue',
      isBusy: place % 2 === 1,
    }));
  };

  for (const count of SIZES)
    it(`chooses one of ${String(count)} candidates, in time`, async () => {
      for (const call of subject().calls) {
        const candidates = candidatesOf(count);
        const chosen = await subject().strategy.choose(call, candidates, AbortSignal.timeout(LIMIT_MS));
        ok(
          candidates.some(({ staffId }) => staffId === chosen),
          `${chosen} is no candidate`,
        );
      }
    });

  it('leaves the candidates as they are', async () => {
    for (const call of subject().calls) {
      const candidates = candidatesOf(4);
      const before = structuredClone(candidates);
      await subject().strategy.choose(call, candidates, AbortSignal.timeout(LIMIT_MS));
      deepEqual(candidates, before);
    }
  });
}
