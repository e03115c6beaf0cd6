import { z } from 'zod';
import { callSchema } from '../../ward/calls/call-schema.js';
import { callEventData } from '../../ward/calls/call-events.js';
import { onDutyView } from '../../ward/staffing/on-duty/on-duty-view.js';
import * as answers from './answer-schemas.js';
import { report } from './report-answer.js';

/** The schemas that the published documents and the client's types name. */
const NAMES: readonly (readonly [string, z.ZodType])[] = [
  ['Call', callSchema],
  ['Staff', onDutyView],
  ['CallEventData', callEventData],
  ['LogEvent', answers.logEvent],
  ['DepartmentEvent', answers.departmentEvent],
  ['CallEvent', answers.callEvent],
  ['CallWithHistory', answers.callWithHistory],
  ['Annunciation', answers.annunciation],
  ['Session', answers.session],
  ['OwnSession', answers.ownSession],
  ['Facility', answers.facility],
  ['Department', answers.department],
  ['Directory', answers.directory],
  ['Room', answers.room],
  ['Bed', answers.bed],
  ['Station', answers.station],
  ['StationSetup', answers.adminStation],
  ['CallType', answers.callType],
  ['GuestLink', answers.guestLink],
  ['StaffAccount', answers.staff],
  ['Membership', answers.membership],
  ['Shift', answers.shift],
  ['Member', answers.member],
  ['Exclusion', answers.exclusion],
  ['Assignment', answers.assignment],
  ['Report', report],
  ['Connection', answers.connection],
  ['LiveSession', answers.liveSession],
  ['Board', answers.board],
  ['BoardDevice', answers.boardDevice],
  ['Server', answers.server],
  ['AuditRecord', answers.auditRecord],
];

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
