import { z } from 'zod';
import { roleName } from '../../../identity/roles/role-name.js';
import { time } from '../../../platform/common/values/time-schema.js';
import { uuid } from '../../../platform/common/values/ids.js';

/** A person on duty, the same in snapshots and in events: a picture that follows the events equals a fresh one. */
export const onDutyView = z.strictObject({
  staff_id: uuid,
  name: z.string(),
  role: roleName,
  shift_id: uuid,
  on_duty_since: time,
  paused_until: time.nullable(),
  responsive: z.boolean().describe('false: calls came to their screen, and no receipt came back'),
});
export type OnDutyView = z.infer<typeof onDutyView>;

/** JSON of an OnDutyView, from `shifts s` and `staff p`. */
export const ON_DUTY_VIEW = `json_build_object('staff_id', p.id, 'name', p.name, 'role', p.role, 'shift_id', s.id,
  'on_duty_since', iso(s.started_at), 'paused_until', iso(s.paused_until), 'responsive',
  NOT EXISTS (SELECT FROM missed_receipts r WHERE r.staff_id = p.id AND r.unresponsive_since IS NOT NULL))`;
