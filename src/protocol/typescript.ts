type Json = Readonly<Record<string, unknown>>;

const REFERENCE = '#/components/schemas/';
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** TypeScript of JSON Schemas (draft 7). */
export class TypeWriter {
  /** Names of the schemas that were referred to. */
  readonly referred = new Set<string>();

  /** An expression; an object's fields are a line each, indented below `indent`. */
  type(schema: unknown, indent = ''): string {
    if (!isObject(schema)) return 'unknown';
    if (typeof schema['$ref'] === 'string') return this.reference(schema['$ref']);
    if ('const' in schema) return literal(schema['const']);
    if (Array.isArray(schema['enum'])) return union((schema['enum'] as unknown[]).map(literal));
    for (const either of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[either])) return union(schema[either].map((one) => this.type(one, indent)));
    if (Array.isArray(schema['allOf'])) return schema['allOf'].map((one) => this.type(one, indent)).join(' & ');
    if (Array.isArray(schema['type'])) return union((schema['type'] as unknown[]).map((type) => this.type({ ...schema, type }, indent)));
    return this.ofType(schema, indent);
  }

  /** The fields of an object that has names for them, and the braces round them. */
  fields(fields: Readonly<Record<string, unknown>>, required: ReadonlySet<string>, indent = ''): string {
    const inner = `${indent}  `;
    const lines = Object.entries(fields).flatMap(([name, schema]) => {
      const says = isObject(schema) && typeof schema['description'] === 'string' ? schema['description'] : undefined;
      const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
      return [
        ...(says === undefined ? [] : [`${inner}/** ${says.replaceAll('*/', '*\\/')} */`]),
        `${inner}${key}${required.has(name) ? '' : '?'}: ${this.type(schema, inner)};`,
      ];
    });
    return lines.length === 0 ? 'Record<string, never>' : `{\n${lines.join('\n')}\n${indent}}`;
  }

  private ofType(schema: Json, indent: string): string {
    switch (schema['type']) {
      case 'object':
        return this.object(schema, indent);
      case 'array':
        return this.array(schema, indent);
      case 'string':
      case 'boolean':
      case 'null':
        return schema['type'];
      case 'number':
      case 'integer':
        return 'number';
      default:
        return 'unknown';
    }
  }

  private object({ properties, required, additionalProperties }: Json, indent: string): string {
    if (isObject(properties)) return this.fields(properties, new Set(listOf(required) as string[]), indent);
    return `Record<string, ${isObject(additionalProperties) ? this.type(additionalProperties, indent) : 'unknown'}>`;
  }

  private array({ items, additionalItems }: Json, indent: string): string {
    if (!Array.isArray(items)) return `${inBrackets(this.type(items, indent))}[]`;
    const rest = isObject(additionalItems) ? [`...${inBrackets(this.type(additionalItems, indent))}[]`] : [];
    return `[${[...items.map((one) => this.type(one, indent)), ...rest].join(', ')}]`;
  }

  private reference(to: string): string {
    if (!to.startsWith(REFERENCE)) return 'unknown';
    const name = to.slice(REFERENCE.length);
    this.referred.add(name);
    return name;
  }
}

function literal(value: unknown): string {
  return typeof value === 'string'
    ? `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`
    : JSON.stringify(value);
}

function union(types: readonly string[]): string {
  return [...new Set(types)].join(' | ') || 'never';
}

function inBrackets(type: string): string {
  return / [|&] /.test(type) && !type.startsWith('{') ? `(${type})` : type;
}
