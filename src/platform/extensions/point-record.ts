/** Failures within a minute after which a point runs on its fallback. */
const MAX_FAILURES = 3;
const WINDOW_MS = 60_000;
/** The time for which a point then stays on its fallback. */
const REST_MS = 60_000;
/** A failure that is older does not make the node degraded any more. */
const RECENT_MS = 120_000;

export const EXTENSION_FAILURES = ['threw', 'timeout', 'invalid'] as const;
export type ExtensionFailure = (typeof EXTENSION_FAILURES)[number];

/** The condition of one extension point on this node. */
export interface ExtensionCondition {
  /** `failing`: its last call failed a short while ago. `resting`: on its fallback for a minute. `off`: until an administrator enables it. */
  state: 'ok' | 'failing' | 'resting' | 'off';
  failures: number;
  /** Milliseconds since 1970; null where it never failed. */
  lastFailedAt: number | null;
  lastReason: ExtensionFailure | null;
}

/** The failures of one extension point. */
export class PointRecord {
  /** Calls that have not settled, those that are late included. */
  unsettled = 0;
  private recent: number[] = [];
  private restsUntil = 0;
  private failures = 0;
  private isFailing = false;
  private lastFailedAt: number | null = null;
  private lastReason: ExtensionFailure | null = null;

  isResting(now: number): boolean {
    return this.restsUntil > now;
  }

  succeeded(): void {
    this.isFailing = false;
  }

  /** @returns whether the point rests now */
  failed(now: number, reason: ExtensionFailure, rests: boolean): boolean {
    this.failures++;
    this.isFailing = true;
    this.lastFailedAt = now;
    this.lastReason = reason;
    this.recent = [...this.recent.filter((at) => at > now - WINDOW_MS), now].slice(-MAX_FAILURES);
    if (rests && this.recent.length === MAX_FAILURES) this.restsUntil = now + REST_MS;
    return this.isResting(now);
  }

  condition(now: number, isOff: boolean): ExtensionCondition {
    const { failures, lastFailedAt, lastReason } = this;
    const isFailing = this.isFailing && (lastFailedAt ?? 0) > now - RECENT_MS;
    const state = isOff ? 'off' : this.isResting(now) ? 'resting' : isFailing ? 'failing' : 'ok';
    return { state, failures, lastFailedAt, lastReason };
  }
}
