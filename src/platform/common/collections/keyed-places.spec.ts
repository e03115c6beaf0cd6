import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
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

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

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
    const refused = expect(places.run('a', work().run, 'first', past)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    expect(places.waitingFor('a')).toBe(0);
    first.end();
    await running;
    expect(await places.run('a', () => Promise.resolve('done'), 'first', past)).toBe('done');
  });

  it('refuses one too many, and one that has waited long enough; neither gives a place back', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 1, patienceMs: 8000 });
    const first = work();
    const running = places.run('a', first.run);
    const late = work();
    const tired = expect(places.run('a', late.run)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(places.run('a', work().run)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 1 });
    await vi.advanceTimersByTimeAsync(8000);
    await tired;
    expect(late.started).toBe(false);
    const next = work();
    const answer = places.run('a', next.run);
    await turn();
    expect(next.started).toBe(false);
    first.end();
    await running;
    await turn();
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

  it('counts those that wait, of both kinds', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 2, patienceMs: 8000 });
    expect(places.waitingFor('a')).toBe(0);
    const held = work();
    const running = [places.run('a', held.run)];
    expect(places.waitingFor('a')).toBe(0);
    for (const precedence of ['first', 'second', 'first', 'second'] as const)
      running.push(places.run('a', () => Promise.resolve(''), precedence));
    expect([places.waitingFor('a'), places.waitingFor('b')]).toEqual([4, 0]);
    await expect(places.run('a', () => Promise.resolve(''), 'first')).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    held.end();
    await Promise.all(running);
    expect(places.waitingFor('a')).toBe(0);
  });

  it('takes work without a word about it as one of the others', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 2, patienceMs: 8000 });
    const held = work();
    const order: string[] = [];
    const running = [
      places.run('a', held.run),
      places.run('a', () => Promise.resolve(order.push('plain'))),
      places.run('a', () => Promise.resolve(order.push('first')), 'first'),
    ];
    held.end();
    await Promise.all(running);
    expect(order).toEqual(['first', 'plain']);
  });

  it('owes the others no turn for those that came first while none of the others waited', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 10, patienceMs: 8000 });
    const order: string[] = [];
    const enter = (name: string) => () => Promise.resolve(order.push(name));
    const [held, last] = [work(), work()];
    const running: Promise<unknown>[] = [places.run('a', held.run)];
    for (let n = 1; n <= 3; n += 1) running.push(places.run('a', enter('early'), 'first'));
    running.push(places.run('a', last.run, 'first'));
    held.end();
    await turn();
    expect([order.length, last.started]).toEqual([3, true]);
    running.push(places.run('a', enter('second'), 'second'));
    for (let n = 1; n <= 4; n += 1) running.push(places.run('a', enter('first'), 'first'));
    last.end();
    await Promise.all(running);
    expect(order.slice(3)).toEqual(['first', 'first', 'first', 'second', 'first']);
  });

  it('runs no more than there are places after one was given on, or given back', async () => {
    const places = new KeyedPlaces({ places: 2, maxWaiting: 10, patienceMs: 8000 });
    const works = Array.from({ length: 5 }, () => work());
    const answers = works.slice(0, 3).map((one) => places.run('a', one.run));
    // The first gives its place on.
    works[0]?.end();
    await turn();
    answers.push(places.run('a', works[3]!.run));
    await turn();
    expect(works.map((one) => one.started)).toEqual([true, true, true, false, false]);
    // One gives its place on, and another one its place back.
    works[1]?.end();
    works[2]?.end();
    await turn();
    const [fifth, sixth] = [works[4]!, work()];
    answers.push(places.run('a', fifth.run), places.run('a', sixth.run));
    await turn();
    expect([works[3]?.started, fifth.started, sixth.started]).toEqual([true, true, false]);
    for (const one of [...works, sixth]) one.end();
    await Promise.all(answers);
  });

  it('takes the place back from work that throws at once, and then keeps nothing of the key', async () => {
    const places = new KeyedPlaces({ places: 1, maxWaiting: 10, patienceMs: 8000 });
    const fails = () => {
      throw new Error('at once');
    };
    const answers = [places.run('a', fails), places.run('a', fails)].map((answer) => expect(answer).rejects.toThrow('at once'));
    await Promise.all(answers);
    expect(await places.run('a', () => Promise.resolve('done'))).toBe('done');
    expect(Reflect.get(places, 'lanes')).toEqual(new Map());
  });
});
