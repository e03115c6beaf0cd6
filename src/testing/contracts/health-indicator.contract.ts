import { equal, match, ok } from 'node:assert/strict';
import { type HealthFinding, type HealthIndicator, INDICATOR_DEADLINE_MS, isFinding } from '../../operations/health/health-indicators.js';
import { within } from '../../platform/common/within.js';
import { PART_NAME } from '../../platform/extensions/part-name.js';
import type { It } from './support/test-runner.js';

/** The parts that an implementer brings, so that the contract can be checked. */
export interface HealthIndicatorSubject {
  indicator: HealthIndicator;
  /** Takes away what the indicator looks at, and brings it back; undefined where a test cannot. */
  outage?: { begin: () => Promise<void>; end: () => Promise<void> };
}

const MANY = 20;

/** The promise of `HealthIndicator`; call it inside a `describe`. */
export function healthIndicatorContract(it: It, subject: () => HealthIndicatorSubject): void {
  async function check(signal = AbortSignal.timeout(INDICATOR_DEADLINE_MS)): Promise<HealthFinding> {
    const late = () => new Error(`no answer within ${String(INDICATOR_DEADLINE_MS)} ms`);
    const answer: unknown = await within(Promise.resolve(subject().indicator.check(signal)), INDICATOR_DEADLINE_MS, late);
    ok(isFinding(answer), 'it answers with no `status` of `up` or `down`, with more than ten details, or with one that is no plain value');
    return answer;
  }

  it('has a name that stays', async () => {
    const { indicator } = subject();
    match(indicator.name, PART_NAME);
    await Promise.resolve();
    equal(indicator.name, subject().indicator.name);
  });

  it('is up, and answers in time', async () => {
    equal((await check()).status, 'up');
  });

  it('is down in an outage, says so in time, and is up after it', async () => {
    const { outage } = subject();
    if (!outage) return;
    await outage.begin();
    try {
      equal((await check()).status, 'down');
    } finally {
      await outage.end();
    }
    equal((await check()).status, 'up');
  });

  it('can be asked by many at once', async () => {
    const findings = await Promise.all(Array.from({ length: MANY }, () => check()));
    for (const { status } of findings) equal(status, 'up');
  });

  it('settles when it is aborted', async () => {
    const late = () => new Error('it goes on after it was aborted');
    const asked = Promise.resolve(subject().indicator.check(AbortSignal.abort()));
    await within(
      asked.catch(() => undefined),
      INDICATOR_DEADLINE_MS,
      late,
    );
  });
}
