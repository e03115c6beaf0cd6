import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { PUBLIC_MARK } from '../identity/access/access.js';
import { ERROR_CODES, ownErrorCodes } from '../platform/common/errors.js';
import { exampleOf } from './examples.js';
import { HTTP_ANSWERS } from './http-answers.js';
import { HTTP_SUMMARIES } from './http-summaries.js';
import { NamedSchemas } from './schemas/named-schemas.js';

const KEY_REQUIRED = /^POST \/api\/v1\/calls(\/|$)/;
const KEY_TAKEN = /^(POST|PUT|DELETE) \/api\/v1\/(stations\/self\/calls|departments\/\{dept\}\/)/;
const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

type Json = Record<string, unknown>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;

const errorAnswer = () =>
  z.strictObject({
    error: z.strictObject({
      code: z.enum([...Object.keys(ERROR_CODES), ...ownErrorCodes().keys()] as [string, ...string[]]),
      message: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
      retryable: z.boolean().describe('the same request may succeed later without being changed'),
      retry_after: z.number().optional().describe('seconds; the header Retry-After says the same'),
      request_id: z.string().describe('as the header X-Request-Id says it; every answer has one'),
    }),
  });

/** Adds what the decorators do not know: what each route is for and answers, how it refuses, who may call it, and the headers that it needs. */
export function describeHttp(document: OpenAPIObject): OpenAPIObject {
  const named = new NamedSchemas();
  const error = named.describe(errorAnswer());
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (operation) describe(`${method.toUpperCase()} ${path}`, operation, named);
    }
  }
  const schemas = { ...document.components?.schemas, ...named.schemas, Error: error };
  document.components = { ...document.components, schemas };
  return addExamples(document, schemas);
}

/** Each body that is JSON gets an example, made of its schema. */
function addExamples(document: OpenAPIObject, schemas: Json): OpenAPIObject {
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const { requestBody, responses = {} } = (item[method] ?? {}) as { requestBody?: unknown; responses?: Json };
      for (const part of [requestBody, ...Object.values(responses)]) {
        const body = (part as { content?: Record<string, { schema?: unknown; example?: unknown } | undefined> } | undefined)?.content;
        const json = body?.['application/json'];
        if (json && !('examples' in json)) json.example ??= exampleOf(json.schema, schemas);
      }
    }
  }
  return document;
}

function describe(route: string, operation: Operation, named: NamedSchemas): void {
  const marked = operation as unknown as Json;
  const isPublic = marked[PUBLIC_MARK] === true;
  Reflect.deleteProperty(marked, PUBLIC_MARK);
  const isSafe = route.startsWith('GET ');
  const summary = HTTP_SUMMARIES[route];
  if (summary !== undefined) operation.summary = summary;
  operation.security ??= isPublic ? [] : [{ session: [] }, ...(isOpenToBoards(operation) ? [{ board: [] }] : [])];
  const needsCsrf = !isSafe && operation.security.some((one) => 'session' in one);
  const body = operation.requestBody as { required?: boolean; content?: Record<string, { schema?: Json }> } | undefined;
  // A schema with a default may be left out altogether.
  if (body?.content?.['application/json']?.schema && 'default' in body.content['application/json'].schema) body.required = false;
  const headers = [
    ...(needsCsrf ? [header('X-CSRF-Token', true, 'from the sign-in')] : []),
    ...(KEY_REQUIRED.test(route) || KEY_TAKEN.test(route)
      ? [header('Idempotency-Key', KEY_REQUIRED.test(route), 'a UUID: the same key gives the same answer')]
      : []),
  ].filter(() => !isSafe);
  const parameters = [...(operation.parameters ?? []), ...headers];
  operation.parameters = parameters as NonNullable<typeof operation.parameters>;
  const ours = {
    ...answers(route, named),
    ...refusals(route, parameters.length > 0 || body !== undefined, body !== undefined, isPublic),
  };
  operation.responses = HTTP_ANSWERS[route] === undefined ? withOwnAnswers(ours, operation.responses) : ours;
}

/** A route of a hospital's own: its decorators say what it answers. A refusal that they only name has our form. */
function withOwnAnswers(ours: Operation['responses'], own: Operation['responses'] = {}): Operation['responses'] {
  const merged = Object.entries(own).map(([status, answer]) => [status, { ...ours[status], ...answer }] as const);
  return { ...ours, ...(Object.fromEntries(merged) as Operation['responses']) };
}

/** Such an operation has the parameter by which a board asks. */
function isOpenToBoards({ parameters = [] }: Operation): boolean {
  return parameters.some((one) => 'name' in one && one.name === 'as');
}

function answers(route: string, named: NamedSchemas): Operation['responses'] {
  const described: Record<string, unknown> = {};
  for (const [status, schema] of Object.entries(HTTP_ANSWERS[route] ?? {})) {
    const isStream = route.endsWith('/events/stream');
    const content = schema
      ? { 'application/json': { schema: named.describe(schema) } }
      : { 'text/event-stream': { schema: { type: 'string' } } };
    if (schema && route.endsWith('/report')) Object.assign(content, { 'text/csv': { schema: { type: 'string' } } });
    described[status] = { description: Number(status) < 300 ? 'as asked' : 'not ready', ...((schema || isStream) && { content }) };
  }
  return described as Operation['responses'];
}

function refusals(route: string, hasInput: boolean, hasBody: boolean, isPublic: boolean): Operation['responses'] {
  const statuses: [number, string][] = [
    [400, 'a field is missing, unknown or wrong'],
    [401, 'not signed in'],
    [403, 'not permitted, a foreign origin, or no CSRF token'],
    [404, 'does not exist, or is not for the caller to know of'],
    [409, 'what is there now forbids it'],
    [413, 'over 64 KiB'],
    [415, 'no JSON'],
    [422, 'the idempotency key was used for another command'],
    [429, 'too many: Retry-After'],
    [503, 'cannot answer now; nothing was lost'],
  ];
  const isUnsafe = !route.startsWith('GET ') && !isPublic;
  const holds: Record<number, boolean> = {
    400: hasInput,
    401: !isPublic || hasBody,
    404: route.includes('{'),
    409: isUnsafe,
    413: hasBody,
    415: hasBody,
    422: KEY_REQUIRED.test(route) || KEY_TAKEN.test(route),
    429: route.endsWith('/auth/login') || route.endsWith('/exchange') || route.endsWith('/events/stream'),
    503: HTTP_ANSWERS[route]?.[503] === undefined,
  };
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
  const those = statuses.filter(([status]) => holds[status] !== false).map(([status, description]) => [status, { description, content }]);
  return { ...Object.fromEntries(those), default: { description: 'any other refusal', content } } as Operation['responses'];
}

function header(name: string, required: boolean, description: string): Json {
  return { name, in: 'header', required, description, schema: { type: 'string' } };
}
