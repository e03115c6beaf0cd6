import type { ClientFrame } from './schemas/client-frames.js';
import { NamedSchemas } from './schemas/named-schemas.js';
import type { OwnProtocol } from './own-protocol.js';
import { TypeWriter } from './typescript.js';

/**
 * The types of a hospital's own events and commands for `@wardline/client`: `createClient<StJudeProtocol>()`.
 * @param hospital its name
 */
export function renderOwnTypes(hospital: string, { events, frames }: OwnProtocol): string {
  const name = hospital.replaceAll(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
  const writer = new TypeWriter();
  const named = new NamedSchemas();
  const data = Object.fromEntries(Object.entries(events).map(([type, event]) => [type, named.describe(event.data)]));
  const commands = Object.fromEntries(frames.map((frame) => [frame.type, dataOf(frame)]));
  const all = (fields: Readonly<Record<string, unknown>>) => writer.fields(fields, new Set(Object.keys(fields)));
  const parts = [
    `/** The \`data\` of each type of event of ${hospital}'s own. */`,
    `export interface ${name}Events ${interfaceOf(all(data))}`,
    '',
    `/** The fields of each command of ${hospital}'s own. */`,
    `export interface ${name}Commands ${interfaceOf(all(commands))}`,
    '',
    `/** Wardline's protocol with that of ${hospital}: \`createClient<${name}Protocol>()\`. */`,
    `export interface ${name}Protocol {`,
    `  events: WardlineProtocol['events'] & ${name}Events;`,
    `  commands: ${name}Commands;`,
    '}',
  ];
  const imported = [...writer.referred, 'WardlineProtocol'].sort();
  return [
    '// Written by `wardline protocol --types` from the schemas that the server validates with. Do not edit.',
    `import type { ${imported.join(', ')} } from '@wardline/client';`,
    '',
    ...parts,
    '',
  ].join('\n');
}

/** A command's `data`, or the fields of its own of a plain frame. */
function dataOf({ schema }: ClientFrame): unknown {
  const { id: _id, type: _type, trace: _trace, data, ...others } = schema['properties'] as Record<string, unknown>;
  if (data !== undefined) return data;
  const required = (schema['required'] as string[]).filter((field) => field in others);
  return { type: 'object', properties: others, required };
}

/** An interface without fields is a pair of braces. */
function interfaceOf(fields: string): string {
  return fields.startsWith('{') ? fields : '{}';
}
