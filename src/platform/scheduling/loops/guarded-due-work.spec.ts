import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Clock } from '../../common/clock.js';
import { ExtensionGuard } from '../../extensions/extension-guard.js';
import type { Logger } from '../../logging/logger.js';
import { GuardedDueWork } from './guarded-due-work.js';

const clock = { now: () => Date.now() } as Clock;
const logger = { error: () => undefined } as unknown as Logger;
const failures = () => new Counter({ name: 'failures', help: 'in a test', labelNames: ['point', 'reason'], registers: [new Registry()] });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('due work of a hospital’s own', () => {
  const hangs = () => new Promise<never>(() => undefined);

  it('that hangs is given up after thirty seconds, and named', async () => {
    const guard = new ExtensionGuard(logger, clock, failures());
    const work = new GuardedDueWork({ name: 'cleaning', handleOne: hangs }, guard, new AbortController().signal);
    const asked = expect(work.handleOne()).rejects.toThrow('cleaning');
    // An answer that came in that very turn would still count.
    await vi.advanceTimersByTimeAsync(30_001);
    await asked;
    expect(guard.failing()).toEqual(['due work cleaning']);
  });

  it('that hangs ends with the application, and counts as no failure then', async () => {
    const stop = new AbortController();
    const guard = new ExtensionGuard(logger, clock, failures());
    const asked = expect(new GuardedDueWork({ name: 'cleaning', handleOne: hangs }, guard, stop.signal).handleOne()).rejects.toThrow();
    stop.abort();
    await asked;
    expect(guard.failing()).toEqual([]);
  });
});
