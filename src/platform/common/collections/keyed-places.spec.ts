import { describe, expect, it } from 'vitest';
import { KeyedPlaces } from './keyed-places.js';

/** A work that ends when the test says so. */
function work(): { run: () => Promise<string>; end: (answer?: string) => void; fail: (error: Error) => void; started: boolean } {
  let end: (answer: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const done = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const one = {
    started: false,
    run: () => {
      one.started = true;
      return done;
    },
    end: (answer = 'done') => {
      end(answer);
    },
    fail: (error: Error) => {
      fail(error);
    },
  };
  return one;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('places by key', () => {
  it('runs so many of a key at a time, in their order; another key is not concerned', async () => {
    const places = new KeyedPlaces({ places: 2, maxWaiting: 10, patienceMs: 60_000 });
    const works = [work(), work(), work(), work()];
    const other = work();
    const answers = works.map((one) => places.run('a', one.run));
    void places.run('b', other.run);
    await turn();
    expect(works.map((one) => one.started)).toEqual([true, true, false, false]);
    expect(other.started).toBe(true);
    works[1]?.end();
    await answers[1];
    await turn();
    expect(works.map((one) => one.started)).toEqual([true, true, true, false]);
    works[0]?.fail(new Error('no'));
    await expect(answers[0]).rejects.toThrow('no');
    await turn();
    expect(works[3]?.started).toBe(true);
    for (const one of [...works, other]) one.end();
    expect(await Promise.all([answers[2], answers[3]])).toEqual(['done', 'done']);
    expect(places.waitingFor('a')).toBe(0);
  });

  it('refuses work whose time was used up in another queue, and runs it where a place is free', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 10, patienceMs: 60_000 });
    const first = work();
    const running = places.run('a', first.run);
    const past = performance.now() - 1;
    await expect(places.run('a', work().run, 'first', past)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(places.waitingFor('a')).toBe(0);
    first.end();
    await running;
    expect(await places.run('a', () => Promise.resolve('done'), 'first', past)).toBe('done');
  });

  it('refuses who would be one too many, and who has waited long enough', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 1, patienceMs: 1 });
    const first = work();
    const running = places.run('a', first.run);
    const late = work();
    const tired = places.run('a', late.run);
    await expect(places.run('a', work().run)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
    await expect(tired).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(late.started).toBe(false);
    first.end();
    await running;
    const next = work();
    const answer = places.run('a', next.run);
    expect(next.started).toBe(true);
    next.end('again');
    expect(await answer).toBe('again');
  });

  it('lets those that come first go before the others, and one of the others in each four', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 100, patienceMs: 60_000 });
    const order: string[] = [];
    const held = work();
    const running = [places.run('a', held.run)];
    const enter = (name: string) => () => {
      order.push(name);
      return Promise.resolve();
    };
    for (let n = 1; n <= 3; n += 1) running.push(places.run('a', enter(`second ${String(n)}`), 'second').then(() => ''));
    for (let n = 1; n <= 7; n += 1) running.push(places.run('a', enter(`first ${String(n)}`), 'first').then(() => ''));
    held.end();
    await Promise.all(running);
    const first = (n: number) => `first ${String(n)}`;
    expect(order).toEqual([
      ...[first(1), first(2), first(3), 'second 1'],
      ...[first(4), first(5), first(6), 'second 2'],
      ...[first(7), 'second 3'],
    ]);
    expect(places.waitingFor('a')).toBe(0);
  });
});
