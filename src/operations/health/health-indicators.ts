import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ExtensionGuard } from '../../platform/extensions/extension-guard.js';
import { requirePartName } from '../../platform/extensions/part-name.js';

/** A probe does not wait longer. */
export const INDICATOR_DEADLINE_MS = 1000;
const MAX_DETAILS = 10;

const finding = z
  .object({ status: z.enum(['up', 'down']) })
  .catchall(z.union([z.string().max(200), z.number(), z.boolean(), z.null()]))
  .refine((value) => Object.keys(value).length <= MAX_DETAILS + 1);

/** The answer of an indicator: `up` or `down`, with up to ten details of the hospital's own, without secrets: everybody may read `/healthz`. */
export type HealthFinding = z.infer<typeof finding>;

/** @internal whether an indicator may answer so */
export function isFinding(answer: unknown): answer is HealthFinding {
  return finding.safeParse(answer).success;
}

/**
 * Extension point: a look at something of a hospital's own, such as the pagers' gateway. Register it with `HealthIndicators` while modules are
 * initialised.
 *
 * `/healthz` shows each finding under `own`, and is `degraded` while one is `down`. Readiness stays green: the ward goes on without it. The findings of
 * a second serve everybody who asks in it. An indicator that throws, has not answered within 1 s, or answers nonsense counts as `down`; after three
 * such failures within a minute it is not asked for a minute.
 */
export interface HealthIndicator {
  /** Small letters, digits, `_` and `-`; unique in the program. */
  readonly name: string;
  /** @param signal aborts after 1 s */
  check(signal: AbortSignal): Promise<HealthFinding> | HealthFinding;
}

/** The health indicators of a hospital's own. */
@Injectable()
export class HealthIndicators {
  private readonly indicators = new Map<string, HealthIndicator>();

  constructor(private readonly guard: ExtensionGuard) {}

  /**
   * Adds an indicator, while modules are initialised.
   * @throws StartRefused for a name that is taken or that is none
   */
  register(indicator: HealthIndicator): void {
    requirePartName('health indicators', indicator.name, this.indicators.has(indicator.name));
    this.indicators.set(indicator.name, indicator);
  }

  /** @internal every finding, by name. Takes a second at most, and never rejects. */
  async look(): Promise<Record<string, HealthFinding>> {
    const all = [...this.indicators.values()];
    return Object.fromEntries(await Promise.all(all.map(async (one) => [one.name, await this.ask(one)] as const)));
  }

  private ask(indicator: HealthIndicator): Promise<HealthFinding> {
    return this.guard.call<HealthFinding>({
      point: `health indicator ${indicator.name}`,
      deadlineMs: INDICATOR_DEADLINE_MS,
      isBackground: true,
      isAnswer: () => false,
      rests: true,
      work: (signal) => indicator.check(signal),
      isValid: isFinding,
      fallback: () => ({ status: 'down', reason: 'no answer' }),
    });
  }
}
