import { z } from 'zod';
import { roleName } from '../../identity/roles/role-name.js';
import { uuid } from '../../platform/common/values/ids.js';
import { time } from '../../platform/common/values/time-schema.js';
import { CALL_STATES, type CallView } from './call.js';

const word = z.string();
const count = z.int().min(0);
const reached = time.nullable();

/** A call in answers, snapshots and events. */
export const callSchema = z.strictObject({
  ...{ id: uuid, dept: word, room_id: word, bed_id: word.nullable(), station_id: word.nullable(), type: word },
  ...{ state: z.enum(CALL_STATES), level: z.int().min(0).max(3), priority: z.int(), version: z.int().min(1) },
  accepted_by: uuid.nullable(),
  present_by: word.nullable().describe('staff:<id> or station:<id>'),
  recipients: z.array(z.strictObject({ staff_id: uuid, role: roleName, since: time, reason: word, withdrawn_at: reached })),
  ...{ placed_at: time, annunciated_at: reached, accepted_at: reached, present_at: reached, completed_at: reached, cancelled_at: reached },
  ...{ repeats: count, round: count, supersedes: z.array(uuid), superseded_by: uuid.nullable(), next_deadline_at: reached },
}) satisfies z.ZodType<CallView>;
