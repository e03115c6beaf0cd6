import { z } from 'zod';

/** The parts of a call that a simulated ward looks at. */
const callSchema = z.object({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  station_id: z.string().nullish(),
  recipients: z.array(z.object({ staff_id: z.string() })).default([]),
});

const eventSchema = z.object({
  type: z.string(),
  dept: z.string(),
  seq: z.int().positive(),
  id: z.string(),
  critical: z.boolean().default(false),
  data: z.object({ call_id: z.string().optional(), call: callSchema.optional() }),
});

const helloSchema = z.object({
  type: z.literal('hello'),
  epoch: z.string(),
  heartbeat_sec: z.number().positive(),
});
const okSchema = z.object({ type: z.literal('ok'), re: z.string(), data: z.unknown().optional() });
const errorSchema = z.object({
  type: z.literal('error'),
  re: z.string().nullish(),
  code: z.string(),
  message: z.string().default(''),
});
const snapshotSchema = z.object({
  type: z.literal('snapshot'),
  re: z.string().nullish(),
  dept: z.string(),
  epoch: z.string(),
  seq: z.int().nonnegative(),
});
const skippedSchema = z.object({
  type: z.literal('skipped'),
  dept: z.string(),
  from: z.int(),
  to: z.int(),
});
const pingSchema = z.object({ type: z.literal('ping'), t: z.number() });
const shutdownSchema = z.object({
  type: z.literal('server_shutdown'),
  reconnect_in: z.number().nonnegative(),
});

const CONTROL = {
  hello: helloSchema,
  ok: okSchema,
  error: errorSchema,
  snapshot: snapshotSchema,
  skipped: skippedSchema,
  ping: pingSchema,
  server_shutdown: shutdownSchema,
} as const;

type ControlName = keyof typeof CONTROL;
type ControlFrame = { [Name in ControlName]: { kind: Name } & z.infer<(typeof CONTROL)[Name]> };

export type EventFrame = { kind: 'event' } & z.infer<typeof eventSchema>;
export type ServerFrame =
  | EventFrame
  | ControlFrame[ControlName]
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'malformed'; readonly detail: string };

/** The server's answer to `subscribe`. */
export const subscribedSchema = z.object({
  epoch: z.string(),
  recovered: z.boolean(),
  from: z.int().nullish(),
});

function isControl(type: string): type is ControlName {
  return Object.hasOwn(CONTROL, type);
}

function parse(text: string): { type: string; value: object } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
    return typeof value.type === 'string' ? { type: value.type, value } : undefined;
  } catch {
    return undefined;
  }
}

/** Reads one text frame. Types that this client does not know are passed on as such. */
export function decodeFrame(text: string): ServerFrame {
  const parsed = parse(text);
  if (parsed === undefined) return { kind: 'malformed', detail: 'not an object with a type' };
  const { type, value } = parsed;
  if (isControl(type)) {
    const frame = CONTROL[type].safeParse(value);
    // The pair of name and shape is right by the table above; the compiler cannot follow it.
    if (frame.success) return { kind: type, ...frame.data } as ControlFrame[ControlName];
    return { kind: 'malformed', detail: `${type}: ${z.prettifyError(frame.error)}` };
  }
  if (!('seq' in value)) return { kind: 'unknown', type };
  const event = eventSchema.safeParse(value);
  if (event.success) return { kind: 'event', ...event.data };
  return { kind: 'malformed', detail: `${type}: ${z.prettifyError(event.error)}` };
}
