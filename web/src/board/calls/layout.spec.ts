import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutFor, pagesOf } from './layout.js';

describe('the places of a board', () => {
  it('are as large as the number of calls allows', () => {
    expect(layoutFor(1, 1500, 900)).toEqual({ columns: 2, rows: 2 });
    expect(layoutFor(12, 1500, 900)).toEqual({ columns: 3, rows: 4 });
    expect(layoutFor(40, 1500, 900)).toEqual({ columns: 4, rows: 5 });
    expect(layoutFor(4, 800, 1400)).toEqual({ columns: 1, rows: 5 });
  });

  it('show every call on some page, none twice on one, and the urgent ones on all', () => {
    const calls = fc.array(fc.record({ id: fc.nat(), urgent: fc.boolean() }), { maxLength: 120 });
    fc.assert(
      fc.property(calls, fc.integer({ min: 2, max: 24 }), (all, places) => {
        const pages = pagesOf(all, places, ({ urgent }) => urgent);
        expect(new Set(pages.flat())).toEqual(new Set(all));
        for (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(places);
          expect(new Set(page).size).toBe(page.length);
        }
        const urgent = all.filter((call) => call.urgent).slice(0, Math.floor(places / 2));
        if (pages.length > 1) for (const page of pages) expect(page.slice(0, urgent.length)).toEqual(urgent);
      }),
    );
  });
});
