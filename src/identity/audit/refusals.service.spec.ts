import { describe, expect, it, vi } from 'vitest';
import type { Logger } from '../../platform/logging/logger.js';
import type { Clock } from '../../platform/common/clock.js';
import type { AuditLog } from './audit-log.service.js';
import { Refusals } from './refusals.service.js';

const refusal = { actor: 'anonymous', action: 'sign_in', address: '192.0.2.1' };

/** Records of a log that takes its time. */
function recording() {
  const counts: unknown[] = [];
  const clock = { at: 0 };
  let written: () => void = () => undefined;
  const audit = {
    record: ({ detail }: { detail: { count: number } }) => {
      counts.push(detail.count);
      return new Promise<void>((resolve) => (written = resolve));
    },
  };
  const logger = { warn: vi.fn() };
  const refusals = new Refusals(
    audit as unknown as AuditLog,
    { monotonic: () => clock.at } as unknown as Clock,
    logger as unknown as Logger,
  );
  return {
    refusals,
    counts,
    clock,
    written: () => {
      written();
    },
  };
}

describe('refusals of one kind', () => {
  it('are all counted, those too that come while the record of the others is written', async () => {
    const { refusals, counts, clock, written } = recording();
    void refusals.record(refusal);
    written();
    await refusals.record(refusal);
    clock.at = 60_000;
    const flushing = refusals.flush();
    expect(counts).toEqual([1, 1]);
    await refusals.record(refusal);
    await refusals.record(refusal);
    written();
    await flushing;
    clock.at = 120_000;
    void refusals.flush();
    expect(counts).toEqual([1, 1, 2]);
  });
});
