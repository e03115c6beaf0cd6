import { z } from 'zod';
import { uuid } from '../../platform/common/values/ids.js';
import { time } from '../../platform/common/values/time-schema.js';
import { helloFrame, resumption } from '../../realtime/connection/hello-frame.js';
import { callSchema } from '../../ward/calls/call-schema.js';
import { onDutyView } from '../../ward/staffing/on-duty/on-duty-view.js';
import { shift } from './answer-schemas.js';

const reply = z.string().nullable().describe('id of the command that is answered; null when it could not be read');

const message = {
  from: z.string().nullable().describe('user id; null for the server'),
  id: z.string(),
  ts: z.number().describe('milliseconds since 1970'),
  data: z.record(z.string(), z.unknown()),
};

/** The frames of the server, for the published protocol. Clients ignore types and fields that they don't know. */
export const SERVER_FRAMES = {
  hello: helloFrame,
  event: z
    .object({
      type: z.string().describe('a type of event, such as call.pending'),
      dept: z.string(),
      seq: z.int().describe('contiguous per department'),
      id: uuid,
      time,
      critical: z.boolean().describe('never dropped for a slow reader'),
      trace: z.string().optional().describe('W3C traceparent of the command that it came of, where that was traced'),
      data: z.record(z.string(), z.unknown()),
    })
    .describe("one line of a department's log"),
  snapshot: z.object({
    type: z.literal('snapshot'),
    re: reply,
    dept: z.string(),
    epoch: z.string(),
    seq: z.int().describe('the newest event that the picture contains'),
    data: z.object({ calls: z.array(callSchema), staff: z.array(onDutyView) }),
  }),
  'department.summary': z
    .object({
      type: z.literal('department.summary'),
      dept: z.string(),
      time,
      data: z.object({
        calls: z.object({
          open: z.int(),
          by_state: z.object({ pending: z.int(), accepted: z.int(), in_progress: z.int() }),
          by_priority: z.record(z.string(), z.int()).describe('open calls of each priority'),
        }),
        staff: z.object({ on_duty: z.int() }),
      }),
    })
    .describe("a department's figures, for boards: when they have changed, at most one a second; no event, and may be lost"),
  skipped: z
    .object({ type: z.literal('skipped'), dept: z.string(), from: z.int(), to: z.int() })
    .describe('non-critical events dropped for this slow client, standing where the hole is'),
  ok: z.object({ type: z.literal('ok'), re: reply, data: z.unknown() }),
  error: z.object({
    type: z.literal('error'),
    re: reply,
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
    retryable: z.boolean(),
    retry_after: z.number().optional().describe('seconds'),
  }),
  ping: z.object({ type: z.literal('ping'), t: z.number().describe('milliseconds since 1970') }),
  pong: z.object({ type: z.literal('pong'), t: z.number() }),
  session_expiring: z
    .object({ type: z.literal('session_expiring'), in_sec: z.int().min(0) })
    .describe('once, ten minutes before the session ends; any authenticated request renews the idle time'),
  server_shutdown: z.object({
    type: z.literal('server_shutdown'),
    reconnect_in: z.number().describe('seconds to wait after the close that follows; another number for every client'),
  }),
  close: z
    .object({ type: z.literal('close'), code: z.int(), reason: z.string() })
    .describe('the last message of an event stream, with the close code that a socket would have'),
  session_revoked: z.object({ type: z.literal('session_revoked') }),
  unsubscribed: z.object({ type: z.literal('unsubscribed'), dept: z.string(), reason: z.literal('membership_ended') }),
  'room.message': z.object({ type: z.literal('room.message'), room: z.string(), ...message }).describe('may be lost'),
  'room.presence': z
    .object({
      type: z.literal('room.presence'),
      room: z.string(),
      joined: z.array(z.string()).describe('user ids'),
      left: z.array(z.string()),
      size: z.int().describe('members now; counts also where too many came and went to be named'),
      ts: message.ts,
    })
    .describe('who has come and gone of those in the room; may be lost'),
  'direct.message': z
    .object({ type: z.literal('direct.message'), ...message })
    .describe('may be lost, or, where the server sends it so, come more than once with the same id'),
  broadcast: z.object({ type: z.literal('broadcast'), ...message }).describe('may be lost'),
} as const;

const inRoom = { room: z.string() };
const ofCalls = ['raise', 'accept', 'decline', 'arrive', 'complete', 'cancel'].map((verb) => [`call.${verb}`, callSchema] as const);
const ofShifts = ['start', 'end', 'pause', 'resume'].map((verb) => [`shift.${verb}`, shift] as const);

/** The `data` of an `ok`, by the command that it answers. */
export const OK_DATA: Readonly<Record<string, z.ZodType>> = {
  subscribe: z.strictObject({ ...resumption, epoch: z.string() }),
  unsubscribe: z.strictObject({ dept: z.string() }),
  ...Object.fromEntries<z.ZodType>([...ofCalls, ...ofShifts]),
  'room.join': z.strictObject({ ...inRoom, size: z.int().optional(), members: z.array(z.string()).optional() }),
  'room.leave': z.strictObject(inRoom),
  'room.push': z.strictObject({ ...inRoom, nodes: z.int() }),
};
