import { z } from 'zod';
import { placeId, slug, uuid } from '../../../platform/common/values/ids.js';
import { cursorParam, limitParam } from '../../../platform/common/values/paging.js';
import { freeText } from '../../../platform/common/values/text.js';
import { commandFrame } from '../../../realtime/frames/frame.decorators.js';
import { CALL_STATES, DECLINE_CODES } from '../call.js';

const MAX_REASON = 500;

const callType = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
const version = z.int().min(1).max(2_147_483_647);
const reason = freeText(MAX_REASON);
const closeSuperseded = z.boolean().describe('complete and cancel: the less urgent calls that it has superseded are completed, too');

export const raiseBody = z.strictObject({ type: callType, room_id: placeId, bed_id: placeId.optional() });
export type RaiseBody = z.infer<typeof raiseBody>;

/** May be left out altogether. */
const commandFields = { version: version.optional(), reason: reason.optional(), close_superseded: closeSuperseded.optional() };
export const commandBody = z.strictObject(commandFields).default({});
export type CommandBody = z.infer<typeof commandBody>;

const declineFields = {
  ...commandFields,
  code: z.enum(DECLINE_CODES).optional().describe('in the event; `reason` is free text, and is not'),
};
export const declineBody = z.strictObject(declineFields).default({});
export type DeclineBody = z.infer<typeof declineBody>;

export const reassignBody = z.strictObject({ staff_id: uuid, reason });
export type ReassignBody = z.infer<typeof reassignBody>;

export const pressBody = z.strictObject({ type: callType });
export const stationCommandBody = z.strictObject({}).default({});

export const callsQuery = z.strictObject({
  dept: slug.optional(),
  state: z.enum(['open', ...CALL_STATES]).default('open'),
  order: z
    .enum(['priority', 'newest'])
    .default('priority')
    .describe('`priority`: the most urgent first, then the oldest; `newest`: the latest press first, as a history is read'),
  limit: limitParam,
  cursor: cursorParam,
});
export type CallsQuery = z.infer<typeof callsQuery>;

export const raiseFrame = commandFrame(raiseBody);
export const callFrame = commandFrame(z.strictObject({ call_id: uuid, ...commandFields }));
export const declineFrame = commandFrame(z.strictObject({ call_id: uuid, ...declineFields }));
export type DeclineFrame = z.infer<typeof declineFrame>;
export type RaiseFrame = z.infer<typeof raiseFrame>;
export type CallFrame = z.infer<typeof callFrame>;
