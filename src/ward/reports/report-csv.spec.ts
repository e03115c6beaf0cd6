import { describe, expect, it } from 'vitest';
import type { Report } from './report.js';
import { CSV_COLUMNS, csvFileName, toCsv } from './report-csv.js';

const REPORT: Report = {
  dept: 'icu',
  from: '2026-11-21T06:00:00.000Z',
  to: '2026-11-22T06:00:00.000Z',
  time_zone: 'Europe/Berlin',
  intervals: [
    {
      type: 'cord_out',
      shift: 'all',
      interval: 'acceptance',
      count: 2,
      never: 1,
      p50: 1.5,
      p90: 2,
      p95: null,
      p99: null,
      max: 2.25,
      within_30: 0.667,
      within_60: 0.667,
      within_120: 0.667,
    },
  ],
  calls: [{ type: 'cord_out', placed: 3, completed: 2, cancelled: 0, open: 1, repeats: 7, reminders: 4 }],
  escalations: [{ type: 'cord_out', level: 0, count: 3, reached: 3 }],
  fairness: {
    nurses: [
      {
        staff_id: 'n-1',
        dispatched: 3,
        accepted: 2,
        completed: 1,
        shift_seconds: 28800,
        alarms: 5,
        alarms_per_hour: 0.625,
        repeats: 2,
        missed_receipts: 1,
      },
    ],
    spread: null,
  },
};

describe('a report as CSV', () => {
  it('is one table under one header, lines ended by CRLF', () => {
    const frame = 'icu,2026-11-21T06:00:00.000Z,2026-11-22T06:00:00.000Z,Europe/Berlin';
    expect(toCsv(REPORT).split('\r\n')).toEqual([
      'section,dept,from,to,time_zone,type,shift,interval,count,p50,p90,p95,p99,max,level,reached,placed,completed,cancelled,open,repeats,staff_id,dispatched,accepted,shift_seconds,spread,never,within_30,within_60,within_120,reminders,alarms,alarms_per_hour,missed_receipts',
      `interval,${frame},cord_out,all,acceptance,2,1.5,2,,,2.25,,,,,,,,,,,,,1,0.667,0.667,0.667,,,,`,
      `calls,${frame},cord_out,,,,,,,,,,,3,2,0,1,7,,,,,,,,,,4,,,`,
      `escalation,${frame},cord_out,,,3,,,,,,0,3,,,,,,,,,,,,,,,,,,`,
      `nurse,${frame},,,,,,,,,,,,,1,,,2,n-1,3,2,28800,,,,,,,5,0.625,1`,
      `fairness,${frame},,,,,,,,,,,,,,,,,,,,,,,,,,,,,`,
      '',
    ]);
  });

  it('has as many fields in every line', () => {
    for (const line of toCsv(REPORT).trimEnd().split('\r\n')) expect(line.split(',')).toHaveLength(CSV_COLUMNS.length);
  });

  it('quotes commas, quotes and line breaks, and doubles quotes', () => {
    expect(toCsv({ ...REPORT, time_zone: 'a,"b"\nc' })).toContain(',"a,""b""\nc",');
  });

  it.each(['=1+1', '+02:00', '-x', '@SUM(A1)', '\t=1', '\r=1'])('has no formula: %j stays a text', (time_zone) => {
    const cell = toCsv({ ...REPORT, time_zone })
      .split('\r\n')[1]
      ?.split(',')[4];
    expect(cell?.replace(/^"/, '')).toMatch(/^'/);
  });

  it('keeps a number that is below zero', () => {
    const { nurses } = REPORT.fairness;
    expect(toCsv({ ...REPORT, fairness: { nurses, spread: -1.5 } })).toContain(',-1.5,');
  });

  it('has a file name that any disk takes', () => {
    expect(csvFileName(REPORT)).toBe('report-icu-20261121T060000Z-20261122T060000Z.csv');
  });
});
