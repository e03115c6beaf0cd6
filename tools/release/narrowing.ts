/** JSON of a document. */
export type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const objectAt = (value: Json, key: string): Json => (isObject(value[key]) ? value[key] : {});
const textsAt = (value: Json, key: string): string[] =>
  Array.isArray(value[key]) ? value[key].filter((one) => typeof one === 'string') : [];

/** A schema as it is read by the peer: a client reads answers and events, the server reads bodies and frames of clients. */
type Reader = 'client' | 'server';

/** The documents that references of the two schemas point into, and how deep the comparison is. */
interface Place {
  readonly documents: readonly [before: Json, now: Json];
  readonly depth: number;
}

/** A schema refers to itself at most so often. */
const MAX_DEPTH = 12;

function resolved(schema: Json, document: Json): Json {
  const reference = schema['$ref'];
  if (typeof reference !== 'string') return schema;
  const found = reference
    .slice(2)
    .split('/')
    .reduce<Json>((part, key) => objectAt(part, key), document);
  return resolved(found, document);
}

/**
 * Finds promises of an earlier release that the present one breaks: what vanished, and what narrowed. A client that was written against the earlier
 * release must still be understood, and must still find what it reads.
 * @returns a line for each, with its place
 */
export function narrowingsOf(
  was: Json,
  is: Json,
  place: string,
  reader: Reader,
  { documents, depth }: Place = { documents: [{}, {}], depth: 0 },
): string[] {
  if (depth > MAX_DEPTH) return [];
  const [before, now] = [resolved(was, documents[0]), resolved(is, documents[1])];
  const deeper = { documents, depth: depth + 1 };
  const found: string[] = [];
  const [oldFields, newFields] = [objectAt(before, 'properties'), objectAt(now, 'properties')];
  for (const [name, field] of Object.entries(oldFields)) {
    const there = newFields[name];
    if (there === undefined) found.push(`${place}.${name}: vanished`);
    else if (isObject(field) && isObject(there)) found.push(...narrowingsOf(field, there, `${place}.${name}`, reader, deeper));
  }
  const [oldRequired, newRequired] = [textsAt(before, 'required'), textsAt(now, 'required')];
  if (reader === 'client')
    for (const name of oldRequired)
      if (name in newFields && !newRequired.includes(name)) found.push(`${place}.${name}: may be missing now`);
  if (reader === 'server') for (const name of newRequired) if (!oldRequired.includes(name)) found.push(`${place}.${name}: is required now`);
  // A list of values that a client reads may grow, one that it sends may not shrink.
  const [oldValues, newValues] = [textsAt(before, 'enum'), textsAt(now, 'enum')];
  if (newValues.length > 0) for (const value of oldValues) if (!newValues.includes(value)) found.push(`${place}: no longer knows ${value}`);
  if (typeof before['type'] === 'string' && typeof now['type'] === 'string' && before['type'] !== now['type'])
    found.push(`${place}: was ${before['type']}, is ${now['type']}`);
  if (isObject(before['items']) && isObject(now['items']))
    found.push(...narrowingsOf(before['items'], now['items'], `${place}[]`, reader, deeper));
  return found;
}

/** The HTTP API against that of an earlier release. */
export function httpNarrowings(before: Json, now: Json): string[] {
  const found: string[] = [];
  const at = { documents: [before, now], depth: 0 } as const;
  for (const [path, methods] of Object.entries(objectAt(before, 'paths'))) {
    const present = objectAt(objectAt(now, 'paths'), path);
    for (const [method, operation] of Object.entries(methods as Json)) {
      const place = `${method.toUpperCase()} ${path}`;
      const there = present[method];
      if (!isObject(there) || !isObject(operation)) {
        found.push(`${place}: vanished`);
        continue;
      }
      found.push(...narrowingsOf(bodyOf(operation['requestBody']), bodyOf(there['requestBody']), `${place} body`, 'server', at));
      for (const [status, answer] of Object.entries(objectAt(operation, 'responses'))) {
        const answers = objectAt(there, 'responses');
        if (status.startsWith('2') && answers[status] === undefined) found.push(`${place}: no longer answers ${status}`);
        else found.push(...narrowingsOf(bodyOf(answer), bodyOf(answers[status]), `${place} ${status}`, 'client', at));
      }
    }
  }
  for (const [name, schema] of Object.entries(objectAt(objectAt(before, 'components'), 'schemas')))
    found.push(...narrowingsOf(schema as Json, objectAt(objectAt(objectAt(now, 'components'), 'schemas'), name), name, 'client', at));
  return found;
}

/** Frames and events against those of an earlier release. */
export function socketNarrowings(before: Json, now: Json): string[] {
  const messagesOf = (document: Json) => objectAt(objectAt(objectAt(document, 'channels'), 'ws'), 'messages');
  const present = messagesOf(now);
  return Object.entries(messagesOf(before)).flatMap(([name, message]) => {
    const there = present[name];
    if (!isObject(there) || !isObject(message)) return [`${name}: vanished`];
    const [was, is] = [resolved(message, before), resolved(there, now)].map((one) => objectAt(one, 'payload')) as [Json, Json];
    const reader = name.startsWith('client.') ? 'server' : 'client';
    return narrowingsOf(was, is, name, reader, { documents: [before, now], depth: 0 });
  });
}

function bodyOf(part: unknown): Json {
  return isObject(part) ? objectAt(objectAt(objectAt(part, 'content'), 'application/json'), 'schema') : {};
}
