import { Counter } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../common/clock.js';
import type { Logger } from '../logging/logger.js';
import { ExtensionGuard } from './extension-guard.js';

let now = 0;
let guard: ExtensionGuard;
let failures: Counter;
beforeEach(() => {
  now = 0;
  failures = new Counter({ name: 'failures', help: 'in a test', labelNames: ['point', 'reason'], registers: [] });
  guard = new ExtensionGuard({ error: () => undefined } as unknown as Logger, { now: () => now } as Clock, failures);
});

const fails = () => {
  throw new Error('on purpose');
};

describe('a part of a point that answers at once', () => {
  it('is not called while an administrator has not enabled the point again', () => {
    guard.switchOff(new Set(['identity provider']));
    expect(guard.sync('identity provider', fails)).toBeNull();
    guard.switchOff(new Set());
    expect(guard.sync('identity provider', () => 'a key')).toBe('a key');
  });

  it('is not called while the point rests', async () => {
    const call = { point: 'backplane', deadlineMs: 100, rests: true, work: fails, fallback: () => undefined };
    for (let i = 0; i < 3; i++) await guard.call(call);
    let asked = 0;
    const isUp = () => guard.sync('backplane', () => ++asked);
    expect([isUp(), asked]).toEqual([null, 0]);
    now += 60_001;
    expect([isUp(), asked]).toEqual([1, 1]);
  });

  it('is counted where it throws, or answers what it may not', async () => {
    expect(guard.sync('point', fails)).toBeNull();
    expect(
      guard.sync(
        'point',
        () => 7,
        (answer) => answer !== 7,
      ),
    ).toBeNull();
    expect((await failures.get()).values.map(({ labels }) => labels['reason'])).toEqual(['threw', 'invalid']);
  });
});
