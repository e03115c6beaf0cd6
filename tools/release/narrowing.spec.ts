import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderOpenApi } from '../../src/cli/print/openapi.js';
import { readConfig } from '../../src/platform/config/config.js';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { renderAsyncApi } from '../../src/protocol/render.js';
import { declarationChanges } from './declarations.js';
import { httpNarrowings, type Json, narrowingsOf, socketNarrowings } from './narrowing.js';

const object = (properties: Json, required: string[] = []): Json => ({ type: 'object', properties, required });
const text = { type: 'string' };

describe('a narrowing', () => {
  it.each([
    ['a field that vanished', object({ a: text }), object({}), 'client', ['it.a: vanished']],
    ['a field of another type', object({ a: text }), object({ a: { type: 'number' } }), 'client', ['it.a: was string, is number']],
    ['an answer’s field that may be missing', object({ a: text }, ['a']), object({ a: text }), 'client', ['it.a: may be missing now']],
    ['a body’s field that must be there', object({ a: text }), object({ a: text }, ['a']), 'server', ['it.a: is required now']],
    ['a value that is no longer known', { enum: ['x', 'y'] }, { enum: ['x'] }, 'server', ['it: no longer knows y']],
    ['a narrower item', { items: object({ a: text }) }, { items: object({}) }, 'client', ['it[].a: vanished']],
  ] as const)('is %s', (_, before, now, reader, expected) => {
    expect(narrowingsOf(before, now, 'it', reader)).toEqual(expected);
  });

  it.each([
    ['a new field', object({}), object({ a: text }), 'server'],
    ['a new value', { enum: ['x'] }, { enum: ['x', 'y'] }, 'client'],
    ['a body’s field that may be left out', object({ a: text }, ['a']), object({ a: text }), 'server'],
  ] as const)('is not %s', (_, before, now, reader) => {
    expect(narrowingsOf(before, now, 'it', reader)).toEqual([]);
  });
});

describe('a narrowing behind references', () => {
  const socket = (data: Json): Json => ({
    channels: { ws: { messages: { 'server.a': { $ref: '#/components/messages/server.a' } } } },
    components: { messages: { 'server.a': { payload: { $ref: '#/components/schemas/A' } } }, schemas: { A: object({ data }) } },
  });

  it('is found in frames', () => {
    expect(socketNarrowings(socket(object({ b: text })), socket(object({})))).toEqual(['server.a.data.b: vanished']);
    expect(socketNarrowings(socket(object({ b: text })), socket(object({ b: text, c: text })))).toEqual([]);
  });
});

describe('a change of declarations', () => {
  const report = (...texts: string[]) =>
    `## \`wardline\`\n${texts.map((text) => `\n### \`${/(\w+) [{=]/.exec(text)?.[1] ?? ''}\`\n\n\`\`\`ts\n${text}\n\`\`\`\n`).join('')}`;
  const before = report('export interface A {\n    a: string;\n    b?: number;\n}', 'export type B = string;');

  it.each([
    [
      'nothing where a name and a member are new',
      ['export interface A {\n    a: string;\n    b?: number;\n    c: string;\n}', 'export type B = string;', 'export type C = string;'],
      [],
    ],
    ['a name that vanished', ['export interface A {\n    a: string;\n    b?: number;\n}'], ['wardline B: vanished']],
    [
      'a member of another type',
      ['export interface A {\n    a: number;\n    b?: number;\n}', 'export type B = string;'],
      ['wardline A: a: string;'],
    ],
  ])('is %s', (_, now, expected) => {
    expect(declarationChanges(before, report(...now))).toEqual(expected);
  });
});

/** Changes of declarations since the last release that break nobody, each with its reason. */
const WIDENED: string[] = [
  // takes `limit?` after it: callers that leave it out get pages of POLL_BATCH_SIZE, as before
  'wardline EventLog: pages(starts: readonly PageStart[]): Promise<StoredEvent[][]>;',
];

describe('the contract of the last release', () => {
  const read = (file: string) => readFileSync(join(packageRoot(), file), 'utf8');
  const release = (file: string) => JSON.parse(read(`test/fixtures/release/${file}`)) as Json;

  it('is kept by the public declarations', () => {
    const changes = declarationChanges(read('test/fixtures/release/public-api.md'), read('docs/reference/public-api.md'));
    expect(changes.sort()).toEqual(WIDENED.sort());
  });

  it('is kept by the HTTP API', async () => {
    const now = JSON.parse(JSON.stringify(await renderOpenApi({ hospital: undefined, config: readConfig({}) }))) as Json;
    expect(httpNarrowings(release('openapi.json'), now)).toEqual([]);
  });

  it('is kept by frames and events', () => {
    expect(socketNarrowings(release('asyncapi.json'), JSON.parse(renderAsyncApi()) as Json)).toEqual([]);
  });
});
