import type { OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { describeHttp } from './describe-http.js';

const OWN_SCHEMA = { type: 'object', properties: { bed: { type: 'string' } } };

function described(operation: object): Record<string, any> {
  const document = { openapi: '3.1.0', info: { title: 'own', version: '1' }, paths: { '/own/beds/{id}': { post: operation } } };
  return describeHttp(document as unknown as OpenAPIObject).paths['/own/beds/{id}']?.post as unknown as Record<string, any>;
}

describe('a route of a hospital’s own', () => {
  it('keeps the refusals that its decorators declare, and gets those that they do not', () => {
    const { responses } = described({
      parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      responses: {
        201: { description: '' },
        409: { description: 'the bed is taken', content: { 'application/json': { schema: OWN_SCHEMA, example: { bed: 'icu-101-a' } } } },
        404: { description: 'no such bed' },
      },
    });
    expect(responses[409]).toEqual({
      description: 'the bed is taken',
      content: { 'application/json': { schema: OWN_SCHEMA, example: { bed: 'icu-101-a' } } },
    });
    expect(responses[404]).toMatchObject({
      description: 'no such bed',
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
    });
    expect(responses[403]).toMatchObject({ description: 'not permitted, a foreign origin, or no CSRF token' });
  });

  it('keeps the caller that its decorators declare: a station sends no CSRF token', () => {
    const { security, parameters } = described({ security: [{ station: [] }], responses: {} });
    expect(security).toEqual([{ station: [] }]);
    expect(parameters).toEqual([]);
  });

  it('is for people with a session, unless it says otherwise', () => {
    expect(described({ responses: {} })).toMatchObject({ security: [{ session: [] }], parameters: [{ name: 'X-CSRF-Token' }] });
    expect(described({ 'x-wardline-public': true, responses: {} }).security).toEqual([]);
  });
});
