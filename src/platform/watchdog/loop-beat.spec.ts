import { beforeEach, describe, expect, it, vi } from 'vitest';

let place: typeof import('./loop-beat.js');

// A place of its own: specs of the same process have points that hang on purpose.
beforeEach(async () => {
  vi.resetModules();
  place = await import('./loop-beat.js');
});

describe('the place that a watchdog reads', () => {
  it('counts beats', () => {
    const { beat, readLoop, LOOP_PLACE } = place;
    const { beats } = readLoop(LOOP_PLACE);
    beat();
    beat();
    expect(readLoop(LOOP_PLACE).beats).toBe(beats + 2);
  });

  it('names the extension points that have been entered and not left, the latest first, each once', () => {
    const { enterExtension, readLoop, LOOP_PLACE } = place;
    const leaveNotifier = enterExtension('notifier');
    const leaveFirst = enterExtension('dispatch strategy');
    const leaveSecond = enterExtension('dispatch strategy');
    expect(readLoop(LOOP_PLACE).extension).toBe('dispatch strategy, notifier');
    leaveFirst();
    leaveNotifier();
    expect(readLoop(LOOP_PLACE).extension).toBe('dispatch strategy');
    leaveSecond();
    expect(readLoop(LOOP_PLACE).extension).toBeUndefined();
  });

  it('has a bound', () => {
    const { enterExtension, readLoop, LOOP_PLACE } = place;
    const leave = Array.from({ length: 100 }, (_, index) => enterExtension(`point ${String(index)}`));
    expect(readLoop(LOOP_PLACE).extension).toHaveLength(256);
    for (const one of leave) one();
    expect(readLoop(LOOP_PLACE).extension).toBeUndefined();
  });
});
