/** A call for which the next nurse is sought. */
export interface DispatchableCall {
  id: string;
  dept: string;
  roomId: string;
  type: string;
  rank: number;
}

/** A nurse who may be asked: on duty in the call's department, reachable, not excluded, not on a break, and not asked about this call yet. */
export interface DispatchCandidate {
  readonly staffId: string;
  /** `primary`, `backup`: assigned to the call's room. `queue`: everybody else, in the order of their turns. */
  readonly reason: 'primary' | 'backup' | 'queue';
  /** True where the nurse has accepted a call that is still open. */
  readonly isBusy: boolean;
}

/**
 * Extension point: the choice of the nurse who is asked next, for a call that goes to one nurse at a time.
 *
 * An implementation chooses one of the candidates. They come in the order in which Wardline itself would ask: the room's primary and backup, free
 * people of the queue, busy ones. It is not asked where there is no candidate, nor for levels 2 and 3. It may be asked for a call that is then not
 * placed, because the same kind was opened at the place in that moment.
 *
 * It runs while the call and the department's queue are locked: it has 200 ms, gets data and no transaction, and sends nothing. When it throws, is
 * late, or answers anything but the id of a candidate, Wardline's own order decides. After three failures within a minute it is not asked for a minute.
 * `src/testing/contracts/dispatch-strategy.contract.ts` checks the promise.
 */
export abstract class DispatchStrategy {
  /**
   * @param candidates at least one
   * @param signal aborts after 200 ms
   * @returns the `staffId` of a candidate
   */
  abstract choose(call: DispatchableCall, candidates: readonly DispatchCandidate[], signal: AbortSignal): Promise<string> | string;
}
