import { describe, expect, it } from 'vitest';
import { MAX_AGE_MS, ReplayGuard } from './replay-guard.js';

const NOW = 1_700_000_000_000;

describe('ReplayGuard', () => {
  it('lets each message through once', () => {
    const guard = new ReplayGuard();
    expect([guard.accept('a', NOW, NOW), guard.accept('b', NOW, NOW), guard.accept('a', NOW, NOW + 1)]).toEqual([true, true, false]);
  });

  it('lets none through that is too old, or from too far in the future', () => {
    const guard = new ReplayGuard();
    expect(guard.accept('a', NOW - MAX_AGE_MS - 1, NOW)).toBe(false);
    expect(guard.accept('b', NOW + MAX_AGE_MS + 1, NOW)).toBe(false);
    expect(guard.accept('c', NOW - MAX_AGE_MS, NOW)).toBe(true);
  });

  it('never lets one through twice, however late it comes again and however many came between', () => {
    const guard = new ReplayGuard();
    const messages = Array.from({ length: 50_000 }, (_, n) => ({ id: String(n), at: NOW + Math.floor(n / 5) }));
    expect(messages.every(({ id, at }) => guard.accept(id, at, at))).toBe(true);
    const end = messages.at(-1)?.at ?? 0;
    expect(messages.filter(({ id, at }) => guard.accept(id, at, end))).toEqual([]);
  });

  it('remembers a bounded number, and forgets what is too old by then', () => {
    const guard = new ReplayGuard();
    for (let n = 0; n < 50_000; n++) guard.accept(String(n), NOW + n / 5, NOW + n / 5);
    expect(guard.remembered).toBeLessThanOrEqual(20_000);
    for (let n = 0; n < 10; n++) guard.accept(`late ${String(n)}`, NOW + 10 * MAX_AGE_MS, NOW + 10 * MAX_AGE_MS);
    expect(guard.remembered).toBe(10);
  });
});
