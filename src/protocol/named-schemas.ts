import { z } from 'zod';
import { callSchema } from '../ward/calls/call-schema.js';
import { callEventData } from '../ward/calls/call-events.js';
import { onDutyView } from '../ward/staffing/shifts/on-duty-view.js';

/** The schemas that the published documents and the client's types name. */
const NAMES = [
  ['Call', callSchema],
  ['Staff', onDutyView],
  ['CallEventData', callEventData],
] as const;

type Json = Record<string, unknown>;

/** JSON Schemas that refer to the named ones by `#/components/schemas/…`. */
export class NamedSchemas {
  /** The named ones that were referred to. */
  readonly schemas: Json = {};

  constructor(private readonly base = '#/components/schemas/') {}

  describe(schema: z.ZodType): Json {
    const metadata = z.registry<{ id?: string | undefined; description?: string | undefined }>();
    const known = new Map<unknown, string>(NAMES.map(([id, named]) => [named, id]));
    const get = (one: z.ZodType) => {
      const id = known.get(one);
      return { ...z.globalRegistry.get(one), ...(id !== undefined && { id }) };
    };
    const {
      $schema: _,
      definitions = {},
      ...json
    } = this.linked(z.toJSONSchema(schema, { io: 'output', target: 'draft-7', metadata: Object.assign(metadata, { get }) })) as Json;
    Object.assign(this.schemas, definitions);
    return json;
  }

  private linked(json: unknown): unknown {
    return JSON.parse(JSON.stringify(json).replaceAll('#/definitions/', this.base)) as unknown;
  }
}
