import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants';
import { z } from 'zod';
import { AppModule } from '../../src/app.module.js';
import { readConfig } from '../../src/platform/config/config.js';
import { createLogger } from '../../src/platform/logging/logger.js';
import { HTTP_ANSWERS } from '../../src/protocol/http-answers.js';

export type Json = Record<string, unknown>;

const BASE = '/api/v1';
/** Nest's numbers of the parameters that have a schema. */
const BODY = '3';
const QUERY = '4';
const PARAM = '5';

/** A route as a client calls it: the fields of its path, its query and its body in one object, and its answer. */
export interface HttpRoute {
  /** As `POST /calls/{id}/accept`, without the base path. */
  readonly route: string;
  readonly input: Json;
  readonly answer: z.ZodType | null;
}

type Imported = Type | DynamicModule | { forwardRef: () => Type };

/** Every controller of the application, found as Nest finds them. */
function controllersOf(imported: Imported, seen = new Set<unknown>()): Type[] {
  if (seen.has(imported)) return [];
  seen.add(imported);
  const dynamic = 'module' in imported ? imported : undefined;
  const module = dynamic ? dynamic.module : 'forwardRef' in imported ? imported.forwardRef() : imported;
  const listed = (key: string): unknown[] => (Reflect.getMetadata(key, module) as unknown[] | undefined) ?? [];
  const own = [...listed(MODULE_METADATA.CONTROLLERS), ...(dynamic?.controllers ?? [])] as Type[];
  const imports = [...listed(MODULE_METADATA.IMPORTS), ...(dynamic?.imports ?? [])] as Imported[];
  return [...own, ...imports.flatMap((one) => controllersOf(one, seen))];
}

interface Parameter {
  readonly data?: unknown;
  readonly schema?: z.ZodType;
}

function inputSchema(schema: z.ZodType): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Json;
  return json;
}

/** A number in a query is written as text: callers may give either. */
function queryField(json: unknown): unknown {
  const { pattern, ...field } = json as { pattern?: string };
  return pattern?.startsWith(String.raw`^\d`) === true ? { ...field, type: ['string', 'number'] } : json;
}

function inputOf(route: string, parameters: Record<string, Parameter>): Json {
  const properties: Json = {};
  const required: string[] = [];
  const add = (name: string, field: unknown, isRequired: boolean) => {
    if (name in properties) throw new Error(`${route}: two fields are called ${name}`);
    properties[name] = field;
    if (isRequired) required.push(name);
  };
  for (const [, name = ''] of route.matchAll(/\{(\w+)\}/g)) add(name, { type: 'string' }, true);
  const isSafe = /^(GET|DELETE) /.test(route);
  for (const [key, { data, schema }] of Object.entries(parameters)) {
    const [kind = ''] = key.split(':');
    if (!schema || kind === PARAM || kind !== (isSafe ? QUERY : BODY)) continue;
    const json = inputSchema(schema);
    if (typeof data === 'string') {
      add(data, isSafe ? queryField(json) : json, false);
      continue;
    }
    const fields = json as { properties?: Json; required?: string[] };
    for (const [name, field] of Object.entries(fields.properties ?? {}))
      add(name, isSafe ? queryField(field) : field, fields.required?.includes(name) === true);
  }
  return { type: 'object', properties, required, additionalProperties: false };
}

/** The routes under `/api/v1`, in the order of the description. */
export async function httpRoutes(): Promise<HttpRoute[]> {
  const app = AppModule.with({
    config: readConfig({}),
    databaseUrl: 'postgresql://127.0.0.1/none',
    signingSecrets: ['none'],
    logger: await createLogger({ level: 'silent', pretty: false }),
  });
  const inputs = new Map<string, Json>();
  for (const controller of controllersOf(app)) {
    const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string | string[] | undefined;
    if (typeof prefix !== 'string') continue;
    for (const name of Object.getOwnPropertyNames(controller.prototype)) {
      const handler = (controller.prototype as Record<string, object>)[name];
      const method = handler && (Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined);
      if (!handler || method === undefined) continue;
      const path = `/${prefix}/${Reflect.getMetadata(PATH_METADATA, handler) as string}`.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1');
      const full = `${RequestMethod[method]} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
      const route = full.replace(` ${BASE}`, ' ');
      const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name) ?? {}) as Record<string, Parameter>;
      inputs.set(full, inputOf(route, parameters));
    }
  }
  return Object.entries(HTTP_ANSWERS)
    .filter(([full]) => full.includes(` ${BASE}/`) && !full.endsWith('/stream'))
    .map(([full, answers]) => {
      const input = inputs.get(full);
      if (!input) throw new Error(`no controller has ${full}`);
      return { route: full.replace(` ${BASE}`, ' '), input, answer: Object.values(answers)[0] ?? null };
    });
}
