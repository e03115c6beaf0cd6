import 'reflect-metadata';
import { describe, expect, it } from 'vitest';
import { renderOpenApi } from '../../src/cli/print/openapi.js';
import { readConfig } from '../../src/platform/config/config.js';
import { clientFrames } from '../../src/protocol/schemas/client-frames.js';
import { EVENT_TYPES } from '../../src/protocol/schemas/event-types.js';
import { HTTP_ANSWERS } from '../../src/protocol/http-answers.js';
import { HTTP_SUMMARIES } from '../../src/protocol/http-summaries.js';
import { renderAsyncApi } from '../../src/protocol/render.js';
import { SERVER_FRAMES } from '../../src/protocol/schemas/server-frames.js';

type Any = any;

const readOpenApi = async (): Promise<Any> =>
  JSON.parse(JSON.stringify(await renderOpenApi({ hospital: undefined, config: readConfig({}) })));
const asyncApi = (): Any => JSON.parse(renderAsyncApi());

describe('the published OpenAPI', () => {
  it('has a summary for each route, and no summary of another one', () => {
    expect(Object.keys(HTTP_SUMMARIES).sort()).toEqual(Object.keys(HTTP_ANSWERS).sort());
  });

  it('has an example for each body, and each example of an answer is as its schema says', async () => {
    const document = await readOpenApi();
    let bodies = 0;
    for (const [path, item] of Object.entries<Any>(document.paths))
      for (const [method, operation] of Object.entries<Any>(item)) {
        const route = `${method.toUpperCase()} ${path}`;
        expect(operation.summary, route).toBe(HTTP_SUMMARIES[route]);
        const input = operation.requestBody?.content?.['application/json'];
        if (operation.requestBody) expect(input?.example, route).toBeDefined();
        for (const [status, schema] of Object.entries(HTTP_ANSWERS[route] ?? {})) {
          if (!schema) continue;
          const { example } = operation.responses[status].content['application/json'];
          expect(schema.safeParse(example).error?.issues ?? [], `${route} ${status}: ${JSON.stringify(example)}`).toEqual([]);
          bodies += 1;
        }
      }
    expect(bodies).toBeGreaterThan(80);
  });

  it('names its schemas: a call and a person on duty are the same wherever they come', async () => {
    const { components, paths } = await readOpenApi();
    for (const name of ['Call', 'Staff', 'Session', 'Directory', 'Member', 'LogEvent', 'Error'])
      expect(components.schemas, name).toHaveProperty(name);
    const accept = paths['/api/v1/calls/{id}/accept'].post.responses['200'].content['application/json'];
    expect(accept.schema).toMatchObject({ $ref: '#/components/schemas/Call' });
    const text = JSON.stringify({ components, paths });
    for (const [, name = ''] of text.matchAll(/#\/components\/schemas\/([\w.]+)"/g)) expect(components.schemas).toHaveProperty(name);
    expect(text).not.toContain('#/definitions/');
  });
});

describe('the published AsyncAPI', () => {
  it('has an operation, a summary and an example for each frame and each type of event', () => {
    const { components, operations, channels } = asyncApi();
    const { event: _, ...frames } = SERVER_FRAMES;
    const names = [
      ...clientFrames().map(({ type }) => `client.${type}`),
      ...[...Object.keys(frames), ...Object.keys(EVENT_TYPES)].map((type) => `server.${type}`),
    ].sort();
    for (const there of [components.messages, operations, channels.ws.messages]) expect(Object.keys(there).sort()).toEqual(names);
    for (const name of names) {
      expect(operations[name].summary, name).not.toBe('');
      expect(components.messages[name].examples, name).toHaveLength(1);
    }
  });

  it('has examples that the schemas take', () => {
    const { messages } = asyncApi().components;
    const { event, ...frames } = SERVER_FRAMES;
    for (const [type, schema] of Object.entries(frames)) {
      const { payload } = messages[`server.${type}`].examples[0];
      expect(schema.safeParse(payload).error?.issues ?? [], `${type}: ${JSON.stringify(payload)}`).toEqual([]);
    }
    for (const [type, { data }] of Object.entries(EVENT_TYPES)) {
      const { payload } = messages[`server.${type}`].examples[0];
      expect(payload.type).toBe(type);
      for (const [schema, value] of [
        [event, payload],
        [data, payload.data],
      ] as const)
        expect(schema.safeParse(value).error?.issues ?? [], `${type}: ${JSON.stringify(value)}`).toEqual([]);
    }
  });

  it('names its schemas, and leaves no `data` of an event open', () => {
    const { schemas } = asyncApi().components;
    for (const name of ['Call', 'Staff', 'Event', 'CallPendingEvent', 'NurseShiftStartedEvent']) expect(schemas, name).toHaveProperty(name);
    expect(schemas.Event.oneOf).toHaveLength(Object.keys(EVENT_TYPES).length);
    for (const { $ref } of schemas.Event.oneOf as { $ref: string }[]) {
      const { data } = schemas[$ref.split('/').at(-1) ?? ''].properties;
      expect('$ref' in data || data.additionalProperties === false, $ref).toBe(true);
    }
  });
});
