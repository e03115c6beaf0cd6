import { compile } from 'json-schema-to-typescript';
import { format } from 'prettier';
import { ERROR_CODES } from '../../src/platform/common/errors.js';
import { clientFrames } from '../../src/protocol/schemas/client-frames.js';
import { EVENT_TYPES } from '../../src/protocol/schemas/event-types.js';
import { NamedSchemas } from '../../src/protocol/schemas/named-schemas.js';
import { SERVER_FRAMES } from '../../src/protocol/schemas/server-frames.js';
import { CLOSE_CODES } from '../../src/realtime/connection/close-codes.js';
import { httpRoutes, type Json } from './http-routes.js';

const BANNER = '// Written by `npm run generate` from the schemas that the server validates with. Do not edit.';
/** Events by their type: a union that `type` discriminates, and a line of the log in each place where one is read. */
const EVENTS = `
type Line<T extends keyof Events, M> = { [K in T]: { seq: number; id: string; type: K; time: string; data: Events[K] } & M }[T];
/** A line of a department's log. */
export type LogEvent = Line<keyof Events, { critical: boolean }>;
/** A line of one of several departments' logs. */
export type DepartmentEvent = Line<keyof Events, { critical: boolean; dept: string }>;
/** A line of a call's history. */
export type CallEvent = Line<Extract<keyof Events, \`call.\${string}\`>, unknown>;
/** A code of the server's table of errors. */
export type ErrorCode = ${Object.keys(ERROR_CODES)
  .map((code) => `'${code}'`)
  .join(' | ')};
`;
const WRITTEN_BY_HAND = ['LogEvent', 'DepartmentEvent', 'CallEvent'];

const objectOf = (properties: Json): Json => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

/** packages/client/src/generated/protocol.ts */
export async function renderClientTypes(): Promise<string> {
  const named = new NamedSchemas('#/definitions/');
  const events = Object.fromEntries(Object.entries(EVENT_TYPES).map(([type, { data }]) => [type, named.describe(data)]));
  const { event: _, ...others } = SERVER_FRAMES;
  const serverFrames = Object.fromEntries(Object.entries(others).map(([type, schema]) => [type, named.describe(schema)]));
  const sent = Object.fromEntries(clientFrames().map(({ type, schema }) => [type, schema]));
  const routes: Json = {};
  for (const { route, input, answer } of await httpRoutes()) {
    const isEmpty = Object.keys(input['properties'] as Json).length === 0;
    routes[route] = objectOf({
      input: isEmpty ? { type: 'object', tsType: 'Record<never, never>' } : input,
      answer: answer ? named.describe(answer) : { tsType: 'undefined' },
    });
  }
  const definitions: Json = { ...named.schemas };
  for (const name of WRITTEN_BY_HAND) definitions[name] = { tsType: name };
  const root = {
    ...objectOf({
      events: { ...objectOf(events), title: 'Events', description: 'The `data` of each type of event.' },
      server: { ...objectOf(serverFrames), title: 'ServerFrames', description: 'The frames that the server sends, events aside.' },
      client: { ...objectOf(sent), title: 'ClientFrames', description: 'The frames that a client sends.' },
      routes: {
        ...objectOf(routes),
        title: 'HttpRoutes',
        description: 'Every call of the HTTP API: the fields of its path, query and body in one object, and its answer.',
      },
    }),
    definitions,
  };
  const types = await compile(root as Parameters<typeof compile>[0], 'GeneratedProtocol', {
    bannerComment: BANNER,
    additionalProperties: false,
    format: false,
  });
  // They are written out below.
  const referred = new RegExp(`^export type (${WRITTEN_BY_HAND.join('|')}) = .*$`, 'gm');
  return pretty(`${types.replaceAll(referred, '')}${EVENTS}`);
}

const STOPS: readonly string[] = ['stop', 'sign_in', 'clear_and_stop', 'refresh_session'];

/** packages/client/src/generated/close-codes.ts */
export function renderCloseCodes(): Promise<string> {
  const all = Object.values(CLOSE_CODES);
  const listed = (codes: typeof all) => codes.map(({ code, name }) => `${String(code)}: '${name}'`).join(', ');
  return pretty(`${BANNER}
/** Every close code with its name, for logs and people. */
export const CLOSE_CODES: Readonly<Record<number, string | undefined>> = { ${listed(all)} };
/** Those behind which a client does not reconnect by itself; behind AUTH_INVALID it looks its session up once. */
export const STOPS: Readonly<Record<number, string | undefined>> = { ${listed(all.filter(({ client }) => STOPS.includes(client)))} };
`);
}

function pretty(source: string): Promise<string> {
  return format(source, { parser: 'typescript', singleQuote: true, printWidth: 140 });
}
