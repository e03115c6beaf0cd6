import { describe, expect, it } from 'vitest';
import { Clock } from '../common/clock.js';
import { DomainError } from '../common/errors.js';
import { OutageWatch } from './outage-watch.js';

class SetClock extends Clock {
  ms = 0;
  now(): number {
    return this.ms;
  }
  monotonic(): number {
    return this.ms;
  }
}
const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });

/** A watch whose outages are written down in milliseconds; `refuse` keeps the database away. */
function setUp() {
  const clock = new SetClock();
  const watch = new OutageWatch(clock);
  const state = { refuse: false, settled: [] as number[] };
  watch.whenOver((ms) => {
    if (state.refuse) return Promise.reject(away);
    state.settled.push(ms);
    return Promise.resolve();
  });
  return { clock, watch, state };
}

describe('an outage of the database', () => {
  it('is none in calm, nor after a failure of another kind', async () => {
    const { watch, state } = setUp();
    watch.seen();
    watch.failed(new Error('a defect'));
    watch.failed(new DomainError('UNAVAILABLE', 'too many wait'));
    await watch.settled();
    expect(state.settled).toEqual([]);
  });

  it('lasts from the last answer until it is settled, once for everybody who waits', async () => {
    const { clock, watch, state } = setUp();
    clock.ms = 1000;
    watch.seen();
    clock.ms = 2000;
    watch.failed(new DomainError('UNAVAILABLE', 'the database cannot answer now', { cause: away }));
    watch.failed(away);
    state.refuse = true;
    await expect(watch.settled()).rejects.toBe(away);
    state.refuse = false;
    clock.ms = 7000;
    await Promise.all([watch.settled(), watch.settled()]);
    await watch.settled();
    expect(state.settled).toEqual([6000]);
  });

  it('is what a suspended process has slept through', async () => {
    const { clock, watch, state } = setUp();
    watch.seen();
    clock.ms = 95_000;
    await watch.settled();
    clock.ms = 96_000;
    await watch.settled();
    expect(state.settled).toEqual([95_000]);
  });
});
