type Json = Record<string, unknown>;

const ID = '01a22769-bf8e-76e3-8c06-7ad2395136f8';
const TIME = '2026-11-29T13:06:11.685Z';
const SOON = '2026-11-29T14:06:11.685Z';

/** Values by the name of their field, for readers: an example shows a ward, not «string». */
const BY_NAME: Readonly<Record<string, unknown>> = {
  ...{ dept: 'icu', room_id: 'icu-101', room: 'icu-101', bed_id: 'icu-101-a', station_id: 'icu-101-bed', type: 'patient_normal' },
  ...{ name: 'Anna Berg', username: 'anna', password: 'a long pass phrase', time_zone: 'Europe/Berlin', language: 'en' },
  ...{ epoch: '7f3c', server_id: 'node-1', address: '192.0.2.7', reason: 'busy', code: 'fire_drill', until: SOON, expires_at: SOON },
  ...{ cursor: 'eyJ', after: 'icu:12', start: '06:30', present_by: `staff:${ID}`, message: 'not permitted', request_id: 'r-1' },
};
const BY_FORMAT: Readonly<Record<string, unknown>> = { uuid: ID, 'date-time': TIME };
const MAX_DEPTH = 12;

/**
 * An example of a JSON Schema: its required fields, and the optional ones that have a value here.
 * @param schemas the schemas that `$ref` names
 */
export function exampleOf(schema: unknown, schemas: Readonly<Json>, name = '', depth = 0): unknown {
  const json = resolve(schema, schemas);
  if (depth > MAX_DEPTH) return null;
  if ('const' in json) return json['const'];
  if (Array.isArray(json['enum']))
    return BY_NAME[name] !== undefined && json['enum'].includes(BY_NAME[name]) ? BY_NAME[name] : json['enum'][0];
  for (const union of ['anyOf', 'oneOf', 'allOf'] as const) {
    const choices = json[union];
    if (Array.isArray(choices) && choices.length > 0) return exampleOf(choices[0], schemas, name, depth + 1);
  }
  const [type] = [json['type']].flat();
  switch (type) {
    case 'object':
      return exampleObject(json, schemas, depth);
    case 'array':
      return name === 'items' && depth > 1
        ? []
        : Array.from({ length: Math.max(1, Number(json['minItems'] ?? 0)) }, () =>
            exampleOf(json['items'], schemas, name.replace(/s$/, ''), depth + 1),
          );
    case 'integer':
    case 'number':
      return numberOf(json);
    case 'boolean':
      return true;
    case 'null':
      return null;
    case 'string':
      return textOf(json, name);
    default:
      return {};
  }
}

function resolve(schema: unknown, schemas: Readonly<Json>): Json {
  const json = (schema ?? {}) as Json;
  const reference = json['$ref'];
  return typeof reference === 'string' ? resolve(schemas[reference.split('/').at(-1) ?? ''], schemas) : json;
}

function exampleObject(json: Json, schemas: Readonly<Json>, depth: number): Json {
  const required = (json['required'] ?? []) as string[];
  const fields = Object.entries((json['properties'] ?? {}) as Json).filter(([name]) => required.includes(name));
  return Object.fromEntries(fields.map(([name, field]) => [name, exampleOf(field, schemas, name, depth + 1)]));
}

function numberOf({ minimum, exclusiveMinimum, maximum }: Json): number {
  const least = typeof minimum === 'number' ? minimum : typeof exclusiveMinimum === 'number' ? exclusiveMinimum + 1 : 0;
  const wanted = Math.max(1, least > Number.MIN_SAFE_INTEGER ? least : 1);
  return typeof maximum === 'number' ? Math.min(wanted, maximum) : wanted;
}

function textOf({ format, pattern, minLength }: Json, name: string): string {
  const known = [
    BY_FORMAT[String(format)],
    BY_NAME[name],
    /_at$|^time$|^from$|^to$/.test(name) ? TIME : undefined,
    /(^|_)ids?$/.test(name) ? ID : undefined,
  ];
  const least = typeof minLength === 'number' ? minLength : 0;
  const isFit = (text: unknown): text is string =>
    typeof text === 'string' && text.length >= least && (typeof pattern !== 'string' || new RegExp(pattern).test(text));
  return [...known, 'icu', name, ID, TIME, '1', 'icu:12', '0123456789abcdef'.repeat(4)].find(isFit) ?? '…';
}
