import { join } from 'node:path';
import type { Command } from 'commander';
import { format } from 'prettier';
import { z } from 'zod';
import { wardlineCommand } from '../../src/cli/cli.js';
import { ERROR_CODES, type ErrorCode } from '../../src/platform/common/errors.js';
import { CONCERNS } from '../../src/platform/config/config.js';
import { commentOf } from '../../src/platform/config/render-env-example.js';
import type { SettingMeta } from '../../src/platform/config/settings/setting.js';
import { HTTP_STATUS_OF } from '../../src/platform/http/errors/error-status.js';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { clientFrames } from '../../src/protocol/schemas/client-frames.js';
import { EVENT_TYPES } from '../../src/protocol/schemas/event-types.js';
import { HTTP_ANSWERS } from '../../src/protocol/http-answers.js';
import { SERVER_FRAMES } from '../../src/protocol/schemas/server-frames.js';
import { CLOSE_CODES } from '../../src/realtime/connection/close-codes.js';
import { httpRoutes } from '../generate/http-routes.js';
import { metricsOfSource } from './metrics-of-source.js';

const code = (text: string) => `\`${text}\``;
const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (heads: readonly string[], rows: readonly (readonly string[])[]) =>
  [heads, heads.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function fieldsOf(schema: { properties?: object; required?: readonly string[] }): string {
  const { properties = {}, required = [] } = schema;
  return Object.keys(properties)
    .map((name) => code(required.includes(name) ? name : `${name}?`))
    .join(', ');
}

/** A line for each field that has a description. */
function descriptionsOf({ properties = {} }: { properties?: object }): string[] {
  return Object.entries(properties as Record<string, { description?: string }>).flatMap(([name, { description }]) =>
    description === undefined ? [] : [`  - ${code(name)}: ${description}`],
  );
}

function settings(): string {
  const entry = ([name, schema]: [string, z.ZodType]) => {
    const meta = schema.meta() as unknown as SettingMeta;
    const fixed = schema instanceof z.ZodDefault && !Array.isArray(schema.def.defaultValue);
    const fallback = meta.defaultNote ?? (fixed ? code(meta.example === '' ? ' ' : meta.example) : 'none');
    return `### ${code(name)}\n\n${commentOf(meta)}\n\nDefault: ${fallback}${fixed ? '' : `. Example: ${code(meta.example)}`}\n`;
  };
  const sections = Object.entries(CONCERNS).map(
    ([concern, schema]) => `## ${concern}\n\n${Object.entries<z.ZodType>(schema.shape).map(entry).join('\n')}`,
  );
  return `Wardline reads its settings from the environment and from \`.env\` in the working directory.\n\n${sections.join('\n')}`;
}

async function http(): Promise<string> {
  const inputs = new Map((await httpRoutes()).map(({ route, input }) => [route, input]));
  const groups = new Map<string, string[]>();
  for (const [full, answers] of Object.entries(HTTP_ANSWERS)) {
    const input = inputs.get(full.replace(' /api/v1', ' '));
    const fields = input ? fieldsOf(input) : '';
    const line = `- ${code(full)} → ${Object.keys(answers).join(', ')}${fields === '' ? '' : `. Fields: ${fields}`}`;
    const [, group = 'health'] = /\/api\/v1\/(admin\/[\w-]+|[\w-]+)/.exec(full) ?? [];
    groups.set(group, [...(groups.get(group) ?? []), line, ...(input ? descriptionsOf(input) : [])]);
  }
  const sections = [...groups].map(([group, lines]) => `## ${group}\n\n${lines.join('\n')}`);
  return `Each route with the status of its answer, and the fields of its path, query and body.
A field with \`?\` may be missing. The schemas are at \`/api/docs\` of a running node. Refusals are in [errors](errors.md).

${sections.join('\n\n')}`;
}

function frames(): string {
  const sent = clientFrames().map(({ type, schema }) => [code(type), fieldsOf(schema)]);
  const received = Object.entries(SERVER_FRAMES).map(([type, schema]) => [code(type), fieldsOf(z.toJSONSchema(schema) as object)]);
  return `The frames of \`GET /ws\`. Full schemas are in [the protocol](../protocol.md) and in [AsyncAPI](../asyncapi.json).

## From the client

${table(['type', 'fields'], sent)}

## From the server

${table(['type', 'fields'], received)}`;
}

function events(): string {
  const rows = Object.entries(EVENT_TYPES).map(([type, { critical, data }]) => [
    code(type),
    critical === false ? 'no' : critical === true ? 'yes' : 'in some cases',
    fieldsOf(z.toJSONSchema(data) as object),
  ]);
  return `The types of events in a department's log. A critical event is never dropped for a slow reader.

${table(['type', 'critical', 'fields of `data`'], rows)}`;
}

function errors(): string {
  const rows = Object.entries(ERROR_CODES).map(([name, { retryable, meaning }]) => [
    code(name),
    String(HTTP_STATUS_OF[name as ErrorCode]),
    retryable ? 'yes' : 'no',
    meaning,
  ]);
  return `The codes are the same over HTTP and over sockets. A retryable request may succeed later without a change.

${table(['code', 'HTTP', 'retryable', 'meaning'], rows)}`;
}

function closeCodes(): string {
  const rows = Object.values(CLOSE_CODES).map(({ code, name, meaning, client }) => [String(code), name, meaning, client]);
  return table(['code', 'name', 'meaning', 'reaction of the client'], rows);
}

function metrics(): string {
  const rows = metricsOfSource(join(packageRoot(), 'src')).map(({ name, kind, labels, help }) => [
    code(labels.length > 0 ? `${name}{${labels.join(',')}}` : name),
    kind,
    help,
  ]);
  return `\`GET /metrics\` answers in the Prometheus format. Metrics of Node.js itself (\`nodejs_…\`, \`process_…\`) come with it.

${table(['metric', 'kind', 'meaning'], rows)}`;
}

/** A command and its subcommands, each with its arguments and options. */
function commandLines(command: Command, parents = ''): string[] {
  const name = `${parents}${command.name()}`;
  const usage = [name, ...command.registeredArguments.map((one) => (one.required ? `<${one.name()}>` : `[${one.name()}]`))].join(' ');
  const options = command.options.map(({ flags, description }) => `  - ${code(flags)}: ${description}`);
  const own =
    command.commands.length > 0 && parents !== ''
      ? []
      : [[`- ${code(usage)}${command.description() === '' ? '' : `: ${command.description()}`}`, ...options].join('\n')];
  return [...own, ...command.commands.flatMap((one) => commandLines(one, `${name} `))];
}

function cli(): string {
  return `\`wardline --help\` shows the same. The scripts of this repository are in \`package.json\`.

${commandLines(wardlineCommand()).join('\n')}`;
}

const PAGES: Readonly<Record<string, readonly [title: string, render: () => string | Promise<string>]>> = {
  settings: ['Settings', settings],
  http: ['HTTP routes', http],
  frames: ['Frames', frames],
  events: ['Events', events],
  errors: ['Error codes', errors],
  'close-codes': ['Close codes', closeCodes],
  metrics: ['Metrics', metrics],
  cli: ['Commands', cli],
};

/** The pages of docs/reference by file name. */
export async function renderReference(): Promise<Record<string, string>> {
  const pages: Record<string, string> = {};
  for (const [name, [title, render]] of Object.entries(PAGES)) {
    const source = `<!-- Written by \`npm run docs\`. Do not edit. -->\n\n# ${title}\n\n${await render()}\n`;
    pages[`${name}.md`] = await format(source, { parser: 'markdown', proseWrap: 'always', printWidth: 120 });
  }
  return pages;
}
