import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readConfig } from '../platform/config/config.js';
import * as setting from '../platform/config/settings/setting.js';
import { StartRefused } from '../platform/common/start-refused.js';
import { defineHospital } from './define-hospital.js';
import { loadHospital, requireSound } from './load-hospital.js';

const hospital = defineHospital({ name: 'st-jude', compatibility: '>=0.1.0' });
const data = z.object({});

const drip = {
  id: 'drip',
  rank: 1,
  dispatch: 'assigned',
  cancelPolicy: 'on_duty',
  escalation: { l1Sec: 30, l2Sec: 60, l3Sec: 90, repeatSec: 30 },
  labels: { en: 'Infusion', de: 'Infusion' },
};
const doctor = { id: 'doctor', labels: { en: 'Doctor' }, capabilities: ['call.accept'] };

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
    ['a name that is Wardline’s', { name: 'call' }, 'name: Wardline’s own names begin with it'],
    ['no range of versions', { compatibility: ' ' }, 'compatibility: must be a semver range'],
    ['a setting without a comment', { settings: z.object({ ST_JUDE_X: z.string() }) }, 'settings: ST_JUDE_X must be made with a helper'],
    ['two call types of one id', { callTypes: [drip, drip] }, 'callTypes: drip is there twice'],
    ['two roles of one id', { roles: [doctor, doctor] }, 'roles: doctor is there twice'],
    ['an event that is nothing', { events: { 'st-jude.x': undefined } }, 'events: st-jude.x: must be an object'],
  ])('has %s', (_, wrong, line) => {
    const lines = linesOf(wrong);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^hospital [a-z-]+: /);
    expect(lines[0]).toContain(line);
  });

  it('is not one that is sound', () => {
    expect(linesOf({ events: { 'st-jude.x': { critical: () => true, repeatOf: () => undefined, data } } })).toEqual([]);
  });
});

it('a rule about several settings names the hospital', () => {
  const schema = z.object({ ST_JUDE_X: setting.text('', { doc: 'A text.' }) }).refine(() => false, 'ST_JUDE_X needs ST_JUDE_Y');
  expect(() => readConfig({}, { name: 'st-jude', schema })).toThrow(/^hospital st-jude: ST_JUDE_X needs ST_JUDE_Y$/m);
});

describe('a hospital’s file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardline-hospital-'));
  const fileOf = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return pathToFileURL(join(folder, name));
  };
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    [
      'throws.mjs',
      `throw new Error('no line\\n\\nCall the house.')`,
      /throws\.mjs: cannot be loaded: no line \(the whole error: node .*throws\.mjs\)$/,
    ],
    ['missing.mjs', `import './nowhere.mjs'`, /missing\.mjs: cannot be loaded: .*nowhere/],
    ['waits.mjs', `await new Promise(() => undefined)`, /waits\.mjs: cannot be loaded: not done within 0\.5 s/],
    ['empty.mjs', `export default undefined`, /empty\.mjs: must export by default/],
  ])('that is %s is refused with one line', async (name, text, line) => {
    const error: unknown = await loadHospital(fileOf(name, text), 500).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(StartRefused);
    const { lines } = error as StartRefused;
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(line);
  });

  it('may be CommonJS', async () => {
    const made = { default: { default: hospital } };
    (globalThis as { made?: unknown }).made = made;
    expect(await loadHospital(fileOf('common.mjs', 'export default globalThis.made.default'))).toBe(hospital);
  });
});
