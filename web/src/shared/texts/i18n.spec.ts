import { describe, expect, it, vi } from 'vitest';
import { Translator } from './i18n.js';
import ar from '../messages/ar.js';
import de from '../messages/de.js';
import en from '../messages/en.js';

const texts = { hello: 'Hello {name}', calls: { one: '{n} call', other: '{n} calls' } };
const arabic = {
  hello: 'مرحبا {name}',
  calls: { zero: 'لا نداءات', one: 'نداء واحد', two: 'نداءان', few: '{n} نداءات', many: '{n} نداء', other: '{n} نداء' },
};

describe('texts', () => {
  it('take the plural of their number, six in Arabic, with Latin digits', () => {
    const { t } = new Translator<typeof texts>('en', texts);
    expect([0, 1, 2].map((n) => t('calls', { n }))).toEqual(['0 calls', '1 call', '2 calls']);
    const { t: a } = new Translator<typeof texts>('ar', arabic);
    expect([0, 1, 2, 3, 11, 100].map((n) => a('calls', { n }))).toEqual([
      'لا نداءات',
      'نداء واحد',
      'نداءان',
      '3 نداءات',
      '11 نداء',
      '100 نداء',
    ]);
  });

  it('isolate a name that runs the other way, and only such a one', () => {
    const { t } = new Translator<typeof texts>('en', texts);
    expect(t('hello', { name: 'Layla' })).toBe('Hello Layla');
    expect(t('hello', { name: 'ليلى' })).toBe('Hello \u2068ليلى\u2069');
    expect(new Translator<typeof texts>('ar', arabic).t('hello', { name: 'Layla' })).toBe('مرحبا \u2068Layla\u2069');
  });

  it('put a list together name by name, each isolated by itself, as the language does', () => {
    const names = ['Amina Haddad', 'ليلى حداد'];
    const en = new Translator<typeof texts>('en', texts);
    expect(en.t('hello', { name: names })).toBe('Hello Amina Haddad, \u2068ليلى حداد\u2069');
    const ar = new Translator<typeof texts>('ar', arabic);
    expect(ar.t('hello', { name: names })).toBe('مرحبا \u2068Amina Haddad\u2069 وليلى حداد');
    expect(new Translator<typeof texts>('de', texts).t('hello', { name: ['A', 'B', 'C'] })).toBe('Hello A, B und C');
  });

  it('say whether they are known, also where `has` is taken out of its object', () => {
    const { has } = new Translator<typeof texts>('en', texts);
    expect([has('hello'), has('role.doctor')]).toEqual([true, false]);
  });

  it('show the date with a time of another day', () => {
    vi.useFakeTimers({ now: new Date('2026-11-29T10:00:00Z') });
    const english = new Translator<typeof texts>('en', texts, 'UTC');
    expect(english.time('2026-11-29T09:05:00Z')).toBe('09:05');
    expect(english.time('2026-11-28T21:05:00Z')).toBe('28/11, 21:05');
    expect(english.moment('2026-11-28T21:05:00Z', { hour: '2-digit' })).toBe('21');
    vi.useRealTimers();
  });

  it('have the same values in every language', () => {
    const valuesOf = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const other of [ar, de])
      for (const [key, text] of Object.entries(en)) expect(valuesOf(other[key as keyof typeof en]), key).toEqual(valuesOf(text));
  });
});
