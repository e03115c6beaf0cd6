import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SetIndex } from './set-index.js';

const change = fc.record({ adds: fc.boolean(), key: fc.constantFrom('a', 'b'), one: fc.constantFrom('x', 'y', 'z') });

describe('an index of sets', () => {
  it('holds under each key what was added and not taken out, once, in order, and no key without anything', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const index = new SetIndex<string, string>();
        const model = new Map<string, Set<string>>([
          ['a', new Set()],
          ['b', new Set()],
        ]);
        for (const { adds, key, one } of changes) {
          if (adds) index.add(key, one);
          else index.delete(key, one);
          if (adds) model.get(key)?.add(one);
          else model.get(key)?.delete(one);
          for (const [at, ones] of model) expect([[...index.of(at)], index.count(at)]).toEqual([[...ones], ones.size]);
          expect([...index.keys()].sort()).toEqual([...model].filter(([, ones]) => ones.size > 0).map(([at]) => at));
        }
      }),
    );
  });

  it('may be changed while somebody goes through it', () => {
    const index = new SetIndex<string, string>();
    for (const one of ['x', 'y', 'z']) index.add('a', one);
    const seen: string[] = [];
    for (const one of index.of('a')) {
      index.delete('a', one);
      seen.push(one);
    }
    expect(seen).toEqual(['x', 'y', 'z']);
    expect([...index.keys()]).toEqual([]);
  });
});
