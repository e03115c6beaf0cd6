import { z } from 'zod';
import { ERROR_CODES } from '../platform/common/errors.js';
import { HTTP_STATUS_OF } from '../platform/http/error-status.js';
import { CLOSE_CODES } from '../realtime/connection/close-codes.js';
import { SUBPROTOCOL } from '../realtime/upgrade/handshake.guard.js';
import { EVENT_TYPES } from './event-types.js';
import { clientFrames } from './client-frames.js';
import { NamedSchemas } from './named-schemas.js';
import { SERVER_FRAMES } from './server-frames.js';

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

/** docs/asyncapi.json, AsyncAPI 3. */
export function renderAsyncApi(): string {
  const sent = clientFrames().map(({ type, schema }) => [`client.${type}`, { name: type, payload: schema }] as const);
  const { event, ...frames } = SERVER_FRAMES;
  const events = Object.entries(EVENT_TYPES).map(([type, { data }]) => [type, event.extend({ type: z.literal(type), data })] as const);
  const named = new NamedSchemas();
  const received = [...Object.entries(frames), ...events].map(
    ([name, schema]) => [`server.${name}`, { name, payload: named.describe(schema) }] as const,
  );
  const messages = Object.fromEntries([...sent, ...received]);
  const references = (names: readonly string[]) => names.map((name) => ({ $ref: `#/channels/ws/messages/${name}` }));
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
        messages: Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }])),
      },
    },
    operations: {
      fromClient: { action: 'receive', channel: { $ref: '#/channels/ws' }, messages: references(sent.map(([name]) => name)) },
      fromServer: { action: 'send', channel: { $ref: '#/channels/ws' }, messages: references(received.map(([name]) => name)) },
    },
    components: { messages, schemas: named.schemas },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
