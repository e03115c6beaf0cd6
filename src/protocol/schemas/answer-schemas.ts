import { z } from 'zod';
import { DECLINE_CODES, WITHDRAWAL_REASONS } from '../../ward/calls/call.js';
import { callSchema as call } from '../../ward/calls/call-schema.js';
import { CALL_EVENT_TYPES } from '../../ward/calls/call-events.js';
import { roleName } from '../../identity/roles/role-name.js';
import { uuid } from '../../platform/common/values/ids.js';
import { time } from '../../platform/common/values/time-schema.js';
import { onDutyView } from '../../ward/staffing/on-duty/on-duty-view.js';
import { CANCEL_POLICIES, DISPATCH_MODES } from '../../ward/hospital/entities/call-type.entity.js';
import { STATION_KINDS } from '../../ward/hospital/entities/station.entity.js';
import { NODE_STATS } from '../../operations/metrics/node-stats.service.js';
import { NOTIFICATION_TYPES } from '../../ward/notifications/notifier.js';
import { EVENT_TYPES } from './event-types.js';
import { ownDeadlines } from './deadline-answers.js';

export const word = z.string();
export const count = z.int().min(0);
const reached = time.nullable();
const data = z.record(word, z.unknown());
const role = roleName;
const readerRole = roleName.describe('a person’s role, or board');
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next_cursor: word.nullable() });
export const figuresOf = (names: readonly string[]) => z.strictObject(Object.fromEntries(names.map((name) => [name, z.number()])));

export const session = z.strictObject({
  capabilities: z.array(word).describe('what the person’s role permits, in their departments'),
  user: z.strictObject({ id: uuid, username: word, name: word, role, departments: z.array(word) }),
  csrf_token: word.nullable().describe('for X-CSRF-Token; null where the identity is not a cookie of ours'),
  expires_at: time,
  password_change_required: z
    .boolean()
    .describe('somebody else set the password: every other call is 403 PASSWORD_CHANGE_REQUIRED until it is changed'),
});
export const ownSession = z.strictObject({
  ...{ id: uuid, created_at: time, last_used_at: time, expires_at: time, address: word.nullable() },
  current: z.boolean().describe('the session that asks'),
});

const steps = {
  queued_at: time,
  sent_at: reached,
  received_at: reached,
  accepted_at: reached,
  declined_at: reached,
  withdrawn_at: reached,
};
const withdrawal = {
  withdrawn_reason: z.enum(WITHDRAWAL_REASONS).nullable(),
  decline_code: z.enum(DECLINE_CODES).nullable(),
  decline_reason: word.nullable().describe("the person's words, for managers and administrators; null for nurses"),
};
const notificationTry = z.strictObject({
  ...{ notifier: word, staff_id: uuid, id: uuid, type: z.enum(NOTIFICATION_TYPES), try: z.int().min(1), tried_at: time },
  ...{ result: z.enum(['delivered', 'failed', 'given_up']), answer: word.nullable() },
});
export const annunciation = z.strictObject({ staff_id: uuid, role, reason: word, ...steps, ...withdrawal });

type Declared = Readonly<Record<string, { data: z.ZodType }>>;
type Variant = z.ZodObject<{ type: z.ZodLiteral<string> }>;
/** One of the events of these types: `type` says which, and what `data` is. */
function eventOf(types: Declared, more: z.ZodRawShape): z.ZodType {
  const [first, ...others] = Object.entries(types).map(([type, { data: payload }]) =>
    z.strictObject({ id: uuid, seq: z.int().min(1), type: z.literal(type), time, ...more, data: payload }),
  ) as Variant[];
  if (!first) throw new Error('there is no type of event');
  return z.discriminatedUnion('type', [first, ...others]);
}
/** A line of a department's log, as pages show it. */
export const logEvent = eventOf(EVENT_TYPES, { critical: z.boolean() });
/** The same where several departments are read at once. */
export const departmentEvent = eventOf(EVENT_TYPES, { critical: z.boolean(), dept: word });
/** A line of a call's history. */
export const callEvent = eventOf(CALL_EVENT_TYPES, {});
export const callWithHistory = call.extend({
  history: z.array(callEvent),
  annunciations: z.array(annunciation),
  notifications: z.array(notificationTry),
});
export const snapshot = z.looseObject({ calls: z.array(call), staff: z.array(onDutyView) });

export const facility = z.strictObject({
  ...{ name: word, time_zone: word, languages: z.array(word), shifts: z.array(z.strictObject({ name: word, start: word })) },
});
const place = { id: word, name: word };
export const department = z.strictObject(place);
export const room = z.strictObject({ ...place, dept: word });
export const bed = z.strictObject({ ...place, room_id: word });
export const station = z.strictObject({
  ...{ ...place, dept: word, room_id: word, bed_id: word.nullable(), kind: z.enum(STATION_KINDS), last_seen_at: reached },
  types: z.array(word).describe('the types of call that it may raise'),
});
export const adminStation = station.extend({ own_types: z.boolean() });
const labels = z.record(word, word).describe('by language');
export const callType = z.strictObject({
  ...{ id: word, rank: z.int(), dispatch: z.enum(DISPATCH_MODES), cancel_policy: z.enum(CANCEL_POLICIES), labels },
  ...{ station_kinds: z.array(z.enum(STATION_KINDS)), escalation: z.strictObject(ownDeadlines), retired: z.boolean() },
});
export const roleSetup = z.strictObject({
  id: roleName,
  capabilities: z.array(word).describe('empty for a role that the hospital’s program no longer declares'),
  labels: labels.describe('by language; none for nurse, manager and admin'),
});
export const guestLink = z.strictObject({ bed_id: word, room_id: word, issued_at: time, expires_at: time, devices: count });
export const directory = z.strictObject({
  ...{ ...place, languages: z.array(word), rooms: z.array(z.strictObject(place)), beds: z.array(bed) },
  stations: z.array(
    z.strictObject({ ...place, room_id: word, bed_id: word.nullable(), kind: z.enum(STATION_KINDS), types: z.array(word) }),
  ),
  call_types: z.array(callType.omit({ station_kinds: true, escalation: true })),
  staff: z.array(z.strictObject({ id: uuid, name: word, role })),
  roles: z.array(z.strictObject({ id: roleName, labels })).describe('those of the hospital’s own'),
});
export const key = word.describe('shown this once');
export const staff = z.strictObject({
  ...{ id: uuid, username: word, name: word, role, active: z.boolean(), departments: z.array(word), language: word.nullable() },
});
export const membership = z.strictObject({ staff_id: uuid, dept: word, since: time });

export const shift = z.strictObject({ id: uuid, dept: word, staff_id: uuid, started_at: time, ended_at: reached, paused_until: reached });
export const member = z.strictObject({
  ...{ staff_id: uuid, name: word, role, on_duty_since: reached, queue_position: z.int().min(1).nullable(), excluded_until: reached },
  ...{ paused_until: reached, responsive: z.boolean(), load: count, online: z.boolean(), reachable: z.boolean() },
});
export const exclusion = z.strictObject({
  id: uuid,
  dept: word,
  staff_id: uuid,
  until: time,
  reason: word,
  author_id: uuid,
  created_at: time,
});
export const assignment = z.strictObject({
  ...{ room_id: word, dept: word, primary: uuid, backup: uuid.nullable(), until: reached, author_id: uuid, assigned_at: time },
});

export const connection = z.strictObject({
  ...{ id: uuid, user: uuid, username: word, role: readerRole, session: uuid, server: word, since: time, pending: count },
  ...{
    pending_bytes: count,
    bytes: count,
    bytes_in: count,
    bytes_out: count,
    rtt: z.number().nullable().describe('milliseconds'),
    departments: z.array(word),
  },
});
export const connections = pageOf(connection).extend({ degraded: z.boolean(), unanswered: z.array(word) });
export const liveSession = z.strictObject({
  ...{ id: uuid, user: uuid, username: word, created_at: time, last_used_at: time, expires_at: time, address: word.nullable() },
});
export const board = z.strictObject({ id: uuid, name: word, departments: z.array(word) });
export const boardDevice = board.extend({
  ...{ created_at: time, last_seen_at: reached, address: word.nullable() },
  exchanged_at: reached.describe('null while the code waits for its board'),
  code_expires_at: reached.describe('of a code that waits'),
});
export const server = z.strictObject({
  ...{ server_id: word, state: word, version: word, started_at: time, heartbeat_age_sec: z.number(), stale: z.boolean() },
  ...{ online: count, connections: count, self: z.boolean() },
});
export const limits = z.record(word, z.unknown()).describe('each limit by its name, and `defaults` and `changed`');
export const auditRecord = z.strictObject({
  ...{ id: z.int(), at: time, actor: word, action: word, target: word.nullable(), result: z.enum(['ok', 'refused']) },
  ...{ address: word.nullable(), detail: data.nullable() },
});
export const extensions = z.strictObject({
  items: z.array(
    z.strictObject({
      ...{ point: word, state: z.enum(['ok', 'failing', 'resting', 'off']), failures: count, last_failed_at: reached },
      ...{ last_reason: z.enum(['threw', 'timeout', 'invalid']).nullable(), stuck_at: reached, off_since: reached },
    }),
  ),
  consumers: z.array(z.strictObject({ name: word, dept: word, seq: count, head: count, failures: count, retry_at: reached })),
});
export const stats = figuresOf(['ts', ...NODE_STATS]);
export const history = pageOf(stats).extend({ server: word, resolution: z.int() });
const indicators = z.record(word, z.looseObject({ status: z.enum(['up', 'down']) }));
export const ready = z.strictObject({ status: word, info: indicators, error: indicators, details: indicators });
export const health = z.strictObject({
  ...{ status: z.enum(['ok', 'degraded']), db_ok: z.boolean(), redis_ok: z.boolean().optional(), memory_pct: z.number() },
  extensions: z.array(word).optional().describe('points of a hospital’s own that fail, rest or are off'),
  own: z
    .record(word, z.object({ status: z.enum(['up', 'down']) }).catchall(z.unknown()))
    .optional()
    .describe('what indicators of a hospital’s own found'),
  ...{
    escalation_overdue: count.nullable(),
    clock: z.object({ status: z.enum(['up', 'down']), went_back_sec: z.number(), log_ahead_sec: z.number() }),
    ts: z.int(),
  },
});
