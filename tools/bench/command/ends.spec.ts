import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ends } from './ends.js';

afterEach(() => {
  vi.useRealTimers();
});

describe('Ends', () => {
  it('gives back what is left when one end fails, and when one never ends', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const ended: string[] = [];
    const ends = new Ends();
    ends.add(() => ended.push('first'));
    ends.add(() => new Promise(() => undefined));
    ends.add(() => {
      throw new Error('it fails');
    });
    ends.add(() => ended.push('last'));
    const all = ends.all();
    await vi.waitFor(() => {
      vi.runAllTimers();
      expect(ended).toEqual(['last', 'first']);
    });
    await all;
  });
});
