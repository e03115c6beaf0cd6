import { z } from 'zod';
import { CALL_EVENT_TYPES } from '../ward/calls/call-events.js';
import { ERROR_CODES } from '../platform/common/errors.js';
import { HTTP_STATUS_OF } from '../platform/http/error-status.js';
import { CLOSE_CODES } from '../realtime/connection/close-codes.js';
import { DIRECTORY_EVENT_TYPES } from '../ward/hospital/directory-changes.js';
import { PRESENCE_EVENT_TYPES } from '../ward/presence/presence-events.js';
import { SUBPROTOCOL } from '../realtime/upgrade/handshake.guard.js';
import { ASSIGNMENT_EVENT_TYPES } from '../ward/staffing/assignments/assignment-events.js';
import { EXCLUSION_EVENT_TYPES } from '../ward/staffing/exclusions/exclusion-events.js';
import { NOTICE_EVENT_TYPES } from '../ward/staffing/notices/notice-events.js';
import { SHIFT_EVENT_TYPES } from '../ward/staffing/shifts/shift-events.js';
import { STATION_EVENT_TYPES } from '../ward/stations/station-events.js';
import { clientFrames } from './client-frames.js';
import { SERVER_FRAMES } from './server-frames.js';

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'output', target: 'draft-7' }) as Record<string, unknown>;
  return json;
}

function block(value: unknown): string[] {
  return ['```json', JSON.stringify(value, null, 2), '```', ''];
}

/** docs/protocol.md */
export function renderProtocol(): string {
  const events = Object.entries({
    ...CALL_EVENT_TYPES,
    ...SHIFT_EVENT_TYPES,
    ...EXCLUSION_EVENT_TYPES,
    ...ASSIGNMENT_EVENT_TYPES,
    ...NOTICE_EVENT_TYPES,
    ...DIRECTORY_EVENT_TYPES,
    ...PRESENCE_EVENT_TYPES,
    ...STATION_EVENT_TYPES,
  });
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
    '| type | critical |',
    '| --- | --- |',
    ...events.map(([type, { critical }]) => `| \`${type}\` | ${critical === false ? 'no' : critical === true ? 'yes' : 'in some cases'} |`),
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
  const received = Object.entries(SERVER_FRAMES).map(
    ([name, schema]) => [`server.${name}`, { name, payload: jsonSchema(schema) }] as const,
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
    components: { messages },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
