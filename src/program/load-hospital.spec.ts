import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StartRefused } from '../platform/common/start-refused.js';
import { defineHospital } from './define-hospital.js';
import { requireSound } from './load-hospital.js';

const hospital = defineHospital({ name: 'st-jude', compatibility: '>=0.1.0' });
const data = z.object({});

/** @returns the lines with which this start is refused */
function linesOf(wrong: object): readonly string[] {
  try {
    requireSound({ ...hospital, ...wrong });
    return [];
  } catch (error) {
    if (error instanceof StartRefused) return error.lines;
    throw error;
  }
}

describe('a hospital that is refused', () => {
  it.each<[string, object, string]>([
    ['an event without critical', { events: { 'st-jude.x': { data } } }, 'events: st-jude.x: critical must be true, false, or a function'],
    ['an event without a schema', { events: { 'st-jude.x': { critical: true } } }, 'events: st-jude.x: data must be a zod schema'],
    ['an event that is nothing', { events: { 'st-jude.x': undefined } }, 'events: st-jude.x: must be an object'],
  ])('has %s', (_, wrong, line) => {
    const lines = linesOf(wrong);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`hospital st-jude: ${line}`);
  });

  it('is not one that is sound', () => {
    expect(linesOf({ events: { 'st-jude.x': { critical: () => true, repeatOf: () => undefined, data } } })).toEqual([]);
  });
});
