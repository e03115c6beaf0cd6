import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { packageRoot } from '../platform/system/package-root.js';
import { SETTING_NAMES } from '../platform/config/config.js';
import { EVENT_TYPES } from '../protocol/schemas/event-types.js';
import { SERVER_FRAMES } from '../protocol/schemas/server-frames.js';
import { CONTROL_FRAMES } from '../realtime/frames/control-frames.js';
import { CORE_FRAMES } from '../realtime/frames/core-frames.js';
import { isReservedName } from './reserved-names.js';

const metrics = [...readFileSync(join(packageRoot(), 'docs/reference/metrics.md'), 'utf8').matchAll(/^\| `([a-z_]+)/gm)].map(
  ([, name = '']) => name,
);
const wordOf = (name: string) => name.toLowerCase().split(/[._]/, 1)[0]!;

it.each([
  ['events', Object.keys(EVENT_TYPES)],
  ['frames of the server', Object.keys(SERVER_FRAMES)],
  ['frames of clients', [...CORE_FRAMES, ...Object.keys(CONTROL_FRAMES)]],
  ['metrics', [...metrics, 'process_cpu_seconds_total', 'nodejs_heap_size_used_bytes']],
  ['settings', SETTING_NAMES],
])('no hospital is called as the names of %s begin', (_, names) => {
  expect(names.length).toBeGreaterThan(2);
  expect(names.map(wordOf).filter((word) => !isReservedName(word))).toEqual([]);
});

it.each(['st-jude', 'test-house', 'loop', 'stray', 'maxim', 'calling'])('a hospital may be called %s', (name) => {
  expect(isReservedName(name)).toBe(false);
});

it.each(['max', 'call', 'call-house', 'ws-clinic'])('no hospital may be called %s', (name) => {
  expect(isReservedName(name)).toBe(true);
});
