import { afterEach, expect, it, vi } from 'vitest';
import { provideAs } from './implementation.js';

afterEach(() => {
  vi.useRealTimers();
});

it('a factory that never answers ends the start with its name', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setImmediate', 'clearTimeout'] });
  const never = () => new Promise<object>(() => undefined);
  const { useFactory } = provideAs(Symbol('a notifier'), { useFactory: never }) as { useFactory: () => Promise<object> };
  const made = expect(useFactory()).rejects.toThrow('a notifier did not start: not there within 30 s');
  await vi.advanceTimersByTimeAsync(31_000);
  await made;
});

it('a factory that throws ends the start with its name, in one line', async () => {
  const broken = () => {
    throw new Error('no line\nto the pager');
  };
  const { useFactory } = provideAs(Symbol('a notifier'), { useFactory: broken }) as { useFactory: () => Promise<object> };
  await expect(useFactory()).rejects.toThrow(/^a notifier did not start: no line to the pager$/);
});

it('a factory gets what it injects', async () => {
  const { useFactory } = provideAs(Symbol('a sum'), { useFactory: (a: number, b: number) => ({ sum: a + b }) }) as {
    useFactory: (...parts: number[]) => Promise<object>;
  };
  expect(await useFactory(1, 2)).toEqual({ sum: 3 });
});
