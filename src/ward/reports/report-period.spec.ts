import { describe, expect, it } from 'vitest';
import { reportQuery, resolvePeriod } from './report-period.js';

const at = (text: string) => Date.parse(text);
const NOW = at('2026-11-22T12:00:00Z');

describe('the period of a report', () => {
  it('is the last 24 hours unless it is named; one end alone is filled in', () => {
    expect(resolvePeriod({}, NOW)).toEqual({ from: at('2026-11-21T12:00:00Z'), to: NOW });
    expect(resolvePeriod({ to: at('2026-01-02T00:00:00Z') }, NOW)).toEqual({
      from: at('2026-01-01T00:00:00Z'),
      to: at('2026-01-02T00:00:00Z'),
    });
    expect(resolvePeriod({ from: at('2026-11-01T00:00:00Z') }, NOW)).toEqual({ from: at('2026-11-01T00:00:00Z'), to: NOW });
  });

  it('runs forward, 100 days at most', () => {
    const to = at('2026-11-22T00:00:00Z');
    expect(resolvePeriod({ from: at('2026-08-14T00:00:00Z'), to }, NOW).to).toBe(to);
    for (const query of [
      { from: at('2026-08-13T23:59:59.999Z'), to },
      { from: to, to },
      { from: to + 1, to },
      { from: NOW },
      { from: at('2026-01-01T00:00:00Z') },
    ]) {
      expect(() => resolvePeriod(query, NOW)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    }
  });

  it.each([
    ['2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['2026-11-22T00:00:00.250+05:45', '2026-11-21T18:15:00.250Z'],
  ])('reads %s', (text, utc) => {
    expect(reportQuery.parse({ from: text })).toEqual({ from: at(utc) });
  });

  it.each([
    '2026-11-22',
    '2026-11-22T00:00:00',
    '2026-02-30T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59-10:00',
    'now',
    '',
    ['2026-11-22T00:00:00Z'],
  ])('refuses %j', (from) => {
    expect(reportQuery.safeParse({ from }).success).toBe(false);
  });

  it('refuses what it does not know', () => {
    expect(reportQuery.safeParse({ since: '2026-11-22T00:00:00Z' }).success).toBe(false);
  });
});
