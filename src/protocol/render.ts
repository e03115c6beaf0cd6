import { z } from 'zod';
import { ERROR_CODES } from '../platform/common/errors.js';
import { HTTP_STATUS_OF } from '../platform/http/errors/error-status.js';
import { CLOSE_CODES } from '../realtime/connection/close-codes.js';
import { SUBPROTOCOL } from '../realtime/upgrade/handshake.guard.js';
import { EVENT_TYPES } from './schemas/event-types.js';
import { clientFrames } from './schemas/client-frames.js';
import { NamedSchemas } from './schemas/named-schemas.js';
import { exampleOf } from './examples.js';
import { CLIENT_SUMMARIES, SERVER_SUMMARIES } from './frame-summaries.js';
import { NOTHING_OWN, type OwnProtocol } from './own-protocol.js';
import { OK_DATA, SERVER_FRAMES } from './schemas/server-frames.js';

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'output', target: 'draft-7' }) as Record<string, unknown>;
  return json;
}

function block(value: unknown): string[] {
  return ['```json', JSON.stringify(value, null, 2), '```', ''];
}

/** The names of an event's fields; `?` after those that may be missing. */
function fieldsOf(data: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(data) as { properties?: object; required?: string[] };
  return Object.keys(properties)
    .map((name) => `\`${name}${required.includes(name) ? '' : '?'}\``)
    .join(', ');
}

/** docs/protocol.md */
export function renderProtocol(): string {
  const lines = [
    '# The WebSocket protocol',
    '',
    `\`GET /ws\`, subprotocol \`${SUBPROTOCOL}\`, JSON text frames. Written by \`npm run docs:protocol\` from the schemas that validate; do not edit.`,
    '',
    '## Close codes',
    '',
    '| code | name | meaning | the client |',
    '| --- | --- | --- | --- |',
    ...Object.values(CLOSE_CODES).map(({ code, name, meaning, client }) => `| ${String(code)} | ${name} | ${meaning} | ${client} |`),
    '',
    '## Error codes, the same over HTTP',
    '',
    '| code | HTTP | retryable | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(ERROR_CODES).map(
      ([code, { retryable, meaning }]) =>
        `| \`${code}\` | ${String(HTTP_STATUS_OF[code as keyof typeof ERROR_CODES])} | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
    ),
    '',
    '## Events',
    '',
    '| type | critical | data |',
    '| --- | --- | --- |',
    ...Object.entries(EVENT_TYPES).map(
      ([type, { critical, data }]) =>
        `| \`${type}\` | ${critical === false ? 'no' : critical === true ? 'yes' : 'in some cases'} | ${fieldsOf(data)} |`,
    ),
    '',
    '## Frames from the client',
    '',
    ...clientFrames().flatMap(({ type, schema }) => [`### \`${type}\``, '', ...block(schema)]),
    '## Frames from the server',
    '',
    ...Object.entries(SERVER_FRAMES).flatMap(([name, schema]) => [`### \`${name}\``, '', ...block(jsonSchema(schema))]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

/** docs/asyncapi.json, AsyncAPI 3, with what a hospital adds. */
export function renderAsyncApi(own: OwnProtocol = NOTHING_OWN): string {
  const { event, ...frames } = SERVER_FRAMES;
  const events = Object.entries({ ...EVENT_TYPES, ...own.events }).map(
    ([type, { data }]) => [type, event.extend({ type: z.literal(type), data })] as const,
  );
  const named = new NamedSchemas();
  const received = Object.entries(frames).map(([type, schema]) =>
    message(`server.${type}`, SERVER_SUMMARIES[type], named.describe(schema)),
  );
  const lines = events.map(([type, schema]) => {
    const name = `${pascal(type)}Event`;
    named.schemas[name] = named.describe(schema);
    return message(`server.${type}`, `A line of a department's log: ${type}`, { $ref: `#/components/schemas/${name}` });
  });
  named.schemas['Event'] = { oneOf: lines.map(({ payload }) => payload), discriminator: 'type' };
  const answers = Object.entries(OK_DATA).map(([type, schema]) => [type, named.describe(schema)] as const);
  const wardlines = clientFrames().map(({ type, schema }) => message(`client.${type}`, CLIENT_SUMMARIES[type], schema));
  const ownCommands = own.frames.map(({ type, schema }) => message(`client.${type}`, `A command of the hospital's own: ${type}`, schema));
  const sent = [...wardlines, ...ownCommands];
  const ok = received.find(({ name }) => name === 'server.ok');
  if (ok) ok.payload = { ...ok.payload, properties: { ...(ok.payload['properties'] as object), data: { anyOf: distinct(answers) } } };
  const all = [...sent, ...received, ...lines];
  for (const one of all) one.examples = [{ payload: exampleOf(one.payload, named.schemas) as Json }];
  const messages = Object.fromEntries(all.map(({ name, ...one }) => [name, { name, ...one }]));
  const references = (names: readonly string[]) => names.map((name) => ({ $ref: `#/channels/ws/messages/${name}` }));
  const channel = { $ref: '#/channels/ws' };
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Wardline',
      version: '1',
      description: `WebSocket subprotocol ${SUBPROTOCOL}; see protocol.md for close and error codes.`,
    },
    defaultContentType: 'application/json',
    servers: { local: { host: '127.0.0.1:8443', protocol: 'wss' } },
    channels: {
      ws: {
        address: '/ws',
        messages: Object.fromEntries(all.map(({ name }) => [name, { $ref: `#/components/messages/${name}` }])),
      },
    },
    operations: {
      ...Object.fromEntries(
        sent.map(({ name, summary }) => [
          name,
          {
            ...{ action: 'receive', channel, summary, messages: references([name]) },
            ...(CONTROL[name] !== null && { reply: { channel, messages: references(CONTROL[name] ?? ['server.ok', 'server.error']) } }),
          },
        ]),
      ),
      ...Object.fromEntries(
        [...received, ...lines].map(({ name, summary }) => [name, { action: 'send', channel, summary, messages: references([name]) }]),
      ),
    },
    components: { messages, schemas: named.schemas },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

type Json = Record<string, unknown>;

interface Message {
  name: string;
  summary: string;
  payload: Json;
  examples?: { payload: Json }[];
}

/** Frames that have no `ok`: null for none at all. */
const CONTROL: Readonly<Record<string, readonly string[] | null>> = {
  'client.ack': null,
  'client.pong': null,
  'client.ping': ['server.pong'],
};

function message(name: string, summary: string | undefined, payload: Json): Message {
  if (summary === undefined) throw new Error(`${name} has no summary`);
  return { name, summary, payload };
}

/** `CallPending` of `call.pending`. */
function pascal(type: string): string {
  return type.replaceAll(/(?:^|[._-])(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The answers of commands, each shape once. */
function distinct(answers: readonly (readonly [string, Json])[]): Json[] {
  return [...new Map(answers.map(([, schema]) => [JSON.stringify(schema), schema])).values()];
}
