import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { SubscribeMessage } from '@nestjs/websockets';
import { z } from 'zod';
import { CAPABILITIES, can } from '../../identity/access/capabilities.js';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { notPermitted } from '../../platform/common/errors.js';
import { uuid } from '../../platform/common/values/ids.js';
import { TRACEPARENT } from '../../platform/tracing/tracing.js';
import { BackpressureInterceptor } from './backpressure.interceptor.js';
import type { Command } from './command.js';

/** `@RequireCapability` at a frame's handler, or at its gateway. @throws DomainError FORBIDDEN */
class FrameCapabilities implements CanActivate {
  canActivate(context: ExecutionContext): true {
    const marks = [context.getHandler(), context.getClass()].map(
      (place) => Reflect.getMetadata(CAPABILITIES, place) as string[] | undefined,
    );
    const wanted = marks.find((mark) => mark !== undefined);
    if (wanted && !wanted.every((capability) => can(commandOf(context).principal, capability))) throw notPermitted();
    return true;
  }
}

export const FRAME_SCHEMA = 'wardline:frame schema';

const traceparent = z.string().regex(TRACEPARENT);

/** A command that is idempotent by its id, a UUID. */
export function commandFrame<T extends z.ZodType>(data: T) {
  return z.strictObject({ id: uuid, type: z.string(), data, trace: traceparent.optional() });
}

/** A frame with fields of its own besides `id` and `type`. */
export function plainFrame<T extends z.ZodRawShape>(fields: T) {
  return z.strictObject({ id: uuid, type: z.string(), trace: traceparent.optional(), ...fields });
}

/** Handles frames of a type; its parameters ask for `@Frame()` and `@Caller()`. */
export function OnFrame(type: string, schema: z.ZodType): MethodDecorator {
  return applyDecorators(
    SubscribeMessage(type),
    SetMetadata(FRAME_SCHEMA, schema),
    UseGuards(FrameCapabilities),
    UseInterceptors(BackpressureInterceptor),
  );
}

function commandOf(context: ExecutionContext): Command {
  return context.switchToWs().getData<Command>();
}

/** The frame, validated by the handler's schema. */
export const Frame = createParamDecorator((_: unknown, context: ExecutionContext): unknown => {
  const schema = Reflect.getMetadata(FRAME_SCHEMA, context.getHandler()) as z.ZodType;
  return commandOf(context).read(schema);
});

/** The sender, by the session; never by a field of the frame. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): StaffPrincipal => commandOf(context).principal);

/** The command itself: its connection, and what comes after its answer. */
export const TheCommand = createParamDecorator((_: unknown, context: ExecutionContext): Command => commandOf(context));
