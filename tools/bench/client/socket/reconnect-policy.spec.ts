import { describe, expect, it } from 'vitest';
import { nextStep } from './reconnect-policy.js';

const middle = (): number => 0.5;

describe('nextStep', () => {
  it.each([1000, 4001, 4003, 4009, 4401])('stops on %i', (code) => {
    expect(nextStep({ code, attempt: 0 }, middle)).toEqual({ kind: 'stop' });
  });

  it('asks for the session on 4002', () => {
    expect(nextStep({ code: 4002, attempt: 0 }, middle)).toEqual({ kind: 'ask-session' });
  });

  it.each([
    [0, 1000],
    [1, 2000],
    [4, 16_000],
    [5, 30_000],
    [500, 30_000],
  ])('waits, at attempt %i, %i ms in the middle', (attempt, delayMs) => {
    expect(nextStep({ code: 1006, attempt }, middle)).toEqual({ kind: 'reconnect', delayMs });
  });

  it('spreads by a fifth either way', () => {
    const at = (value: number): unknown => nextStep({ code: 4040, attempt: 0 }, () => value);
    expect(at(0)).toEqual({ kind: 'reconnect', delayMs: 800 });
    expect(at(1)).toEqual({ kind: 'reconnect', delayMs: 1200 });
  });

  it('waits as told after server_shutdown', () => {
    const ending = { code: 1001, attempt: 3, shutdownHintMs: 3700 };
    expect(nextStep(ending, middle)).toEqual({ kind: 'reconnect', delayMs: 3700 });
  });

  it('honours Retry-After of a refused upgrade, and gives up where asking again is useless', () => {
    const busy = { code: 1006, refusedWith: 503, retryAfterMs: 30_000, attempt: 0 };
    expect(nextStep(busy, middle)).toEqual({ kind: 'reconnect', delayMs: 30_000 });
    expect(nextStep({ code: 1006, refusedWith: 403, attempt: 0 }, middle)).toEqual({
      kind: 'stop',
    });
  });
});
