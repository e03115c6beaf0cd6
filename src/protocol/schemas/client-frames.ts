import { z } from 'zod';
import { CallsGateway } from '../../ward/calls/http/calls.gateway.js';
import { CONTROL_FRAMES } from '../../realtime/frames/control-frames.js';
import { FRAME_SCHEMA } from '../../realtime/frames/frame.decorators.js';
import { SubscriptionsGateway } from '../../realtime/subscriptions/subscriptions.gateway.js';
import { RoomsGateway } from '../../rooms/rooms.gateway.js';
import { ShiftsGateway } from '../../ward/staffing/shifts/shifts.gateway.js';

/** Every gateway of Wardline's own. */
export const GATEWAYS = [SubscriptionsGateway, ShiftsGateway, CallsGateway, RoomsGateway];

/** A type of frame that clients send. */
export interface ClientFrame {
  type: string;
  /** JSON Schema of the whole frame. */
  schema: Record<string, unknown>;
}

function describe(type: string, schema: z.ZodType): ClientFrame {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as Record<string, unknown>;
  const properties = { ...(json['properties'] as Record<string, unknown>), type: { const: type } };
  return { type, schema: { ...json, properties } };
}

/** Read off the same decorators and schemas that a gateway is bound and validated with. */
export function framesOf({ prototype }: abstract new (...args: never[]) => object): ClientFrame[] {
  const described = Object.getOwnPropertyDescriptors(prototype);
  return Object.values(described).flatMap(({ value }) => {
    const method = typeof value === 'function' ? (value as object) : undefined;
    const schema = method && (Reflect.getMetadata(FRAME_SCHEMA, method) as z.ZodType | undefined);
    const type = method && (Reflect.getMetadata('message', method) as string | undefined);
    return schema && type !== undefined ? [describe(type, schema)] : [];
  });
}

/** Those that Wardline itself handles. */
export function clientFrames(): ClientFrame[] {
  const handled = GATEWAYS.flatMap((gateway) => framesOf(gateway));
  return [...handled, ...Object.entries(CONTROL_FRAMES).map(([type, schema]) => describe(type, schema))];
}
