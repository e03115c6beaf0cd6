import { expect, it } from 'vitest';
import ar from './ar.js';
import de from './de.js';
import en from './en.js';

const formsOf = (text: string | object) => (typeof text === 'string' ? [text] : Object.values(text as Record<string, string>));
const valuesIn = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

it('every language names the values of the English text, and no other', () => {
  for (const [key, text] of Object.entries(en)) {
    const known = new Set(formsOf(text).flatMap(valuesIn));
    for (const other of [ar, de]) {
      const used = new Set(formsOf(other[key as keyof typeof en]).flatMap(valuesIn));
      expect(used, key).toEqual(known);
    }
  }
});

it('Arabic has all six plural forms', () => {
  for (const [key, text] of Object.entries(ar))
    if (typeof text !== 'string') expect(Object.keys(text).sort(), key).toEqual(['few', 'many', 'one', 'other', 'two', 'zero']);
});
