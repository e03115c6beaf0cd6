import { z } from 'zod';
import { WITHDRAWAL_REASONS } from '../ward/calls/call.js';
import { callSchema as call } from '../ward/calls/call-schema.js';
import { uuid } from '../platform/common/ids.js';
import { time } from '../platform/common/time-schema.js';
import { onDutyView } from '../ward/staffing/shifts/on-duty-view.js';
import { CANCEL_POLICIES, DISPATCH_MODES } from '../ward/hospital/entities/call-type.entity.js';
import { STATION_KINDS } from '../ward/hospital/entities/station.entity.js';
import { NODE_STATS } from '../operations/metrics/node-stats.service.js';
import { admissionView } from '../realtime/upgrade/admission.js';
import { SOCKET_STATS } from '../realtime/statistics/socket-stats.service.js';
import { NOTIFICATION_TYPES } from '../ward/notifications/notifier.js';
import { ownDeadlines, policy, typePolicy } from './deadline-answers.js';
import { report } from './report-answer.js';

const word = z.string();
const count = z.int().min(0);
const reached = time.nullable();
const data = z.record(word, z.unknown());
const role = z.enum(['nurse', 'manager', 'admin']);
const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item), next_cursor: word.nullable() });
const figuresOf = (names: readonly string[]) => z.strictObject(Object.fromEntries(names.map((name) => [name, z.number()])));

const session = z.strictObject({
  user: z.strictObject({ id: uuid, username: word, name: word, role, departments: z.array(word) }),
  csrf_token: word.nullable().describe('for X-CSRF-Token; null where the identity is not a cookie of ours'),
  expires_at: time,
  password_change_required: z
    .boolean()
    .describe('somebody else set the password: every other call is 403 PASSWORD_CHANGE_REQUIRED until it is changed'),
});
const ownSession = z.strictObject({
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
const withdrawal = { withdrawn_reason: z.enum(WITHDRAWAL_REASONS).nullable() };
const notificationTry = z.strictObject({
  ...{ notifier: word, staff_id: uuid, id: uuid, type: z.enum(NOTIFICATION_TYPES), try: z.int().min(1), tried_at: time },
  ...{ result: z.enum(['delivered', 'failed', 'given_up']), answer: word.nullable() },
});
const callWithHistory = call.extend({
  history: z.array(z.strictObject({ seq: z.int().min(1), id: uuid, type: word, time, data })),
  annunciations: z.array(z.strictObject({ staff_id: uuid, role, reason: word, ...steps, ...withdrawal })),
  notifications: z.array(notificationTry),
});
const event = z.strictObject({ id: uuid, seq: z.int().min(1), type: word, time, critical: z.boolean(), data });
const snapshot = z.looseObject({ calls: z.array(call), staff: z.array(onDutyView) });

const facility = z.strictObject({
  ...{ name: word, time_zone: word, languages: z.array(word), shifts: z.array(z.strictObject({ name: word, start: word })) },
});
const place = { id: word, name: word };
const department = z.strictObject(place);
const room = z.strictObject({ ...place, dept: word });
const bed = z.strictObject({ ...place, room_id: word });
const station = z.strictObject({
  ...{ ...place, dept: word, room_id: word, bed_id: word.nullable(), kind: z.enum(STATION_KINDS), last_seen_at: reached },
  types: z.array(word).describe('the types of call that it may raise'),
});
const adminStation = station.extend({ own_types: z.boolean() });
const labels = z.record(word, word).describe('by language');
const callType = z.strictObject({
  ...{ id: word, rank: z.int(), dispatch: z.enum(DISPATCH_MODES), cancel_policy: z.enum(CANCEL_POLICIES), labels },
  ...{ station_kinds: z.array(z.enum(STATION_KINDS)), escalation: z.strictObject(ownDeadlines), retired: z.boolean() },
});
const guestLink = z.strictObject({ bed_id: word, room_id: word, issued_at: time, expires_at: time, devices: count });
const directory = z.strictObject({
  ...{ ...place, languages: z.array(word), rooms: z.array(z.strictObject(place)), beds: z.array(bed) },
  stations: z.array(
    z.strictObject({ ...place, room_id: word, bed_id: word.nullable(), kind: z.enum(STATION_KINDS), types: z.array(word) }),
  ),
  call_types: z.array(callType.omit({ station_kinds: true, escalation: true })),
  staff: z.array(z.strictObject({ id: uuid, name: word, role })),
});
const key = word.describe('shown this once');
const staff = z.strictObject({
  ...{ id: uuid, username: word, name: word, role, active: z.boolean(), departments: z.array(word), language: word.nullable() },
});
const membership = z.strictObject({ staff_id: uuid, dept: word, since: time });

const shift = z.strictObject({ id: uuid, dept: word, staff_id: uuid, started_at: time, ended_at: reached, paused_until: reached });
const member = z.strictObject({
  ...{ staff_id: uuid, name: word, role, on_duty_since: reached, queue_position: z.int().min(1).nullable(), excluded_until: reached },
  ...{ paused_until: reached, responsive: z.boolean(), load: count, online: z.boolean(), reachable: z.boolean() },
});
const exclusion = z.strictObject({ id: uuid, dept: word, staff_id: uuid, until: time, reason: word, author_id: uuid, created_at: time });
const assignment = z.strictObject({
  ...{ room_id: word, dept: word, primary: uuid, backup: uuid.nullable(), until: reached, author_id: uuid, assigned_at: time },
});

const connection = z.strictObject({
  ...{ id: uuid, user: uuid, username: word, role, session: uuid, server: word, since: time, pending: count, pending_bytes: count },
  ...{ bytes: count, bytes_in: count, bytes_out: count, rtt: z.number().nullable().describe('milliseconds'), departments: z.array(word) },
});
const connections = pageOf(connection).extend({ degraded: z.boolean(), unanswered: z.array(word) });
const liveSession = z.strictObject({
  ...{ id: uuid, user: uuid, username: word, created_at: time, last_used_at: time, expires_at: time, address: word.nullable() },
});
const server = z.strictObject({
  ...{ server_id: word, state: word, version: word, started_at: time, heartbeat_age_sec: z.number(), stale: z.boolean() },
  ...{ online: count, connections: count, self: z.boolean() },
});
const limits = z.record(word, z.unknown()).describe('each limit by its name, and `defaults` and `changed`');
const auditRecord = z.strictObject({
  ...{ id: z.int(), at: time, actor: word, action: word, target: word.nullable(), result: z.enum(['ok', 'refused']) },
  ...{ address: word.nullable(), detail: data.nullable() },
});
const stats = figuresOf(['ts', ...NODE_STATS]);
const history = pageOf(stats).extend({ server: word, resolution: z.int() });
const indicators = z.record(word, z.looseObject({ status: z.enum(['up', 'down']) }));
const ready = z.strictObject({ status: word, info: indicators, error: indicators, details: indicators });
const health = z.strictObject({
  ...{ status: z.enum(['ok', 'degraded']), db_ok: z.boolean(), redis_ok: z.boolean().optional(), memory_pct: z.number() },
  ...{
    escalation_overdue: count.nullable(),
    clock: z.object({ status: z.enum(['up', 'down']), went_back_sec: z.number(), log_ahead_sec: z.number() }),
    ts: z.int(),
  },
});

const A = '/api/v1/admin';
const D = '/api/v1/departments/{dept}';
const S = '/api/v1/stations/self';

/** What each route answers when all is well: the status and the body, null for none. A test holds the answers to it. */
export const HTTP_ANSWERS: Readonly<Record<string, Readonly<Record<number, z.ZodType | null>>>> = {
  'POST /api/v1/auth/login': { 200: session },
  'GET /api/v1/auth/session': { 200: session },
  'POST /api/v1/auth/logout': { 204: null },
  'POST /api/v1/auth/password': { 204: null },
  'GET /api/v1/auth/sessions': { 200: pageOf(ownSession) },
  'DELETE /api/v1/auth/sessions/{id}': { 204: null },
  'DELETE /api/v1/auth/sessions': { 204: null },
  'GET /api/v1/ws/admission': { 200: admissionView },
  'POST /api/v1/calls': { 201: call, 200: call },
  'GET /api/v1/calls': { 200: pageOf(call) },
  'GET /api/v1/calls/{id}': { 200: callWithHistory },
  ...Object.fromEntries(
    ['accept', 'decline', 'arrive', 'complete', 'cancel', 'reassign'].map((name) => [`POST /api/v1/calls/{id}/${name}`, { 200: call }]),
  ),
  [`GET ${S}`]: { 200: station.extend({ server_time: time }) },
  [`POST ${S}/heartbeat`]: { 200: z.strictObject({ last_seen_at: time }) },
  [`POST ${S}/calls`]: { 201: call, 200: call },
  [`GET ${S}/calls`]: { 200: pageOf(call) },
  [`POST ${S}/calls/{id}/cancel`]: { 200: call },
  [`POST ${S}/calls/{id}/presence`]: { 200: call },
  'GET /api/v1/facility': { 200: facility },
  'GET /api/v1/departments': { 200: pageOf(department) },
  [`GET ${D}`]: { 200: directory },
  [`GET ${D}/snapshot`]: { 200: z.strictObject({ dept: word, epoch: word, seq: count, data: snapshot }) },
  [`GET ${D}/events`]: { 200: z.strictObject({ items: z.array(event), head: count, epoch: word }) },
  [`GET ${D}/events/stream`]: { 200: null },
  'GET /api/v1/events/stream': { 200: null },
  'GET /api/v1/events': {
    200: z.strictObject({
      items: z.array(event.extend({ dept: word })),
      after: word.describe('the places to name next time'),
      heads: z.record(word, count).describe("the newest event of each department's log"),
      reset: z.array(word).describe('departments that begin with their snapshot'),
      epoch: word,
    }),
  },
  [`POST ${D}/acks`]: { 204: null },
  [`GET ${D}/report`]: { 200: report },
  [`POST ${D}/shifts`]: { 201: shift },
  ...{ [`POST ${D}/shifts/mine/pause`]: { 200: shift }, [`POST ${D}/shifts/mine/resume`]: { 200: shift } },
  ...{ [`DELETE ${D}/shifts/mine`]: { 200: shift }, [`DELETE ${D}/shifts/{staff}`]: { 200: shift } },
  [`GET ${D}/staff`]: { 200: pageOf(member) },
  [`GET ${D}/exclusions`]: { 200: pageOf(exclusion) },
  [`POST ${D}/exclusions`]: { 201: exclusion, 200: exclusion },
  [`DELETE ${D}/exclusions/{id}`]: { 204: null },
  [`GET ${D}/assignments`]: { 200: pageOf(assignment) },
  [`PUT ${D}/assignments/{room}`]: { 200: assignment },
  [`DELETE ${D}/assignments/{room}`]: { 204: null },
  [`PUT ${D}/queue`]: { 200: z.strictObject({ staff_ids: z.array(uuid) }) },
  [`POST ${D}/notices`]: { 201: z.strictObject({ dept: word, code: word, by: word }) },
  [`GET ${A}/facility`]: { 200: facility },
  [`PATCH ${A}/facility`]: { 200: facility },
  ...crud(`${A}/departments`, '{dept}', department),
  ...crud(`${A}/departments/{dept}/rooms`, '{id}', room),
  ...crud(`${A}/departments/{dept}/beds`, '{id}', bed),
  ...crud(`${A}/stations`, '{id}', adminStation, adminStation.extend({ key })),
  ...crud(`${A}/staff`, '{id}', staff, staff.extend({ password: key.optional() })),
  ...crud(`${A}/call-types`, '{id}', callType),
  [`POST ${A}/stations/{id}/rotate`]: { 200: z.strictObject({ id: word, key }) },
  [`POST ${A}/staff/{id}/password`]: { 204: null },
  [`DELETE ${A}/staff/{id}/sessions`]: { 204: null },
  [`GET ${A}/memberships`]: { 200: pageOf(membership) },
  [`POST ${A}/memberships`]: { 201: membership },
  [`DELETE ${A}/memberships/{staff}/{dept}`]: { 204: null },
  [`GET ${A}/departments/{dept}/escalation`]: { 200: policy },
  [`PUT ${A}/departments/{dept}/escalation`]: { 200: policy },
  [`DELETE ${A}/departments/{dept}/escalation`]: { 204: null },
  [`GET ${A}/departments/{dept}/escalation/{type}`]: { 200: typePolicy },
  [`PUT ${A}/departments/{dept}/escalation/{type}`]: { 200: typePolicy },
  [`DELETE ${A}/departments/{dept}/escalation/{type}`]: { 204: null },
  [`GET ${A}/departments/{dept}/guest-links`]: { 200: pageOf(guestLink) },
  [`POST ${A}/departments/{dept}/beds/{id}/guest-link`]: { 201: z.strictObject({ bed_id: word, path: word, expires_at: time }) },
  [`DELETE ${A}/departments/{dept}/beds/{id}/guest-link`]: { 204: null },
  [`GET ${A}/connections`]: { 200: connections },
  [`GET ${A}/connections/{id}`]: { 200: connection },
  [`DELETE ${A}/connections/{id}`]: { 204: null },
  [`GET ${A}/rooms`]: { 200: pageOf(z.strictObject({ name: word, size: count })) },
  [`GET ${A}/rooms/{name}/members`]: { 200: pageOf(z.strictObject({ user_id: word, connections: count })).extend({ size: count }) },
  [`POST ${A}/broadcast`]: { 200: z.strictObject({ nodes: count }) },
  [`GET ${A}/sessions`]: { 200: pageOf(liveSession) },
  [`DELETE ${A}/sessions/{id}`]: { 204: null },
  [`GET ${A}/servers`]: { 200: pageOf(server).extend({ degraded: z.boolean() }) },
  [`POST ${A}/gc`]: { 200: z.strictObject({ reaped: z.record(word, count) }) },
  [`POST ${A}/drain`]: { 202: z.strictObject({ server_id: word, state: z.literal('draining') }) },
  [`GET ${A}/limits`]: { 200: limits },
  [`PATCH ${A}/limits`]: { 200: limits },
  [`GET ${A}/audit`]: { 200: pageOf(auditRecord) },
  [`GET ${A}/audit/verify`]: { 200: z.strictObject({ ok: z.boolean(), checked: count, broken_at: z.int().nullable() }) },
  [`GET ${A}/stats`]: { 200: stats.extend({ server: word, uptime_s: count }) },
  [`GET ${A}/stats/history`]: { 200: history },
  'GET /livez': { 200: z.strictObject({ status: z.literal('ok') }) },
  'GET /readyz': { 200: ready, 503: ready },
  'GET /healthz': { 200: health, 503: health },
  'GET /ws-health': { 200: figuresOf(['connections', 'pending_msgs', 'memory_mb', 'uptime_s']) },
  'GET /healthz/ws': { 200: figuresOf(SOCKET_STATS) },
};

/** @param made what the one answer that creates shows beside */
function crud(path: string, id: string, view: z.ZodType, made: z.ZodType = view): Record<string, Record<number, z.ZodType | null>> {
  return {
    [`GET ${path}`]: { 200: pageOf(view) },
    [`POST ${path}`]: { 201: made },
    [`GET ${path}/${id}`]: { 200: view },
    [`PATCH ${path}/${id}`]: { 200: view },
    [`DELETE ${path}/${id}`]: { 204: null },
  };
}
