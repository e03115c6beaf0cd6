import { describe, expect, it } from 'vitest';
import { Clock } from '../common/clock.js';
import { RecentMean } from './recent-mean.js';

class HandClock extends Clock {
  time = 0;
  override now(): number {
    return this.time;
  }
  override monotonic(): number {
    return this.time;
  }
}

function setUp() {
  const clock = new HandClock();
  return { clock, mean: new RecentMean(clock, 300_000) };
}

describe('RecentMean', () => {
  it('is 0 while nothing was measured', () => {
    expect(setUp().mean.value).toBe(0);
  });

  it('is the mean of all that was measured in the window, each counting as much', () => {
    const { clock, mean } = setUp();
    for (const value of [1, 2, 3]) mean.add(value);
    clock.time = 200_000;
    mean.add(10);
    expect(mean.value).toBe(4);
  });

  it('forgets what is older than the window, also when nothing new comes', () => {
    const { clock, mean } = setUp();
    mean.add(100);
    clock.time = 150_000;
    mean.add(1);
    clock.time = 301_000;
    expect(mean.value).toBe(1);
    clock.time = 500_000;
    expect(mean.value).toBe(0);
  });

  it('keeps no more than its parts, however much is measured', () => {
    const { clock, mean } = setUp();
    for (; clock.time < 3_000_000; clock.time += 100) mean.add(clock.time);
    expect(Reflect.get(mean, 'parts')).toHaveLength(30);
    expect(mean.value).toBeGreaterThan(2_700_000);
  });
});
