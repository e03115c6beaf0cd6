import { z } from 'zod';
import { slug, uuid } from '../../platform/common/values/ids.js';

/** Frames that need no handler and wait for none: they bypass the queue of commands and do not count against the rate. */
export const CONTROL_FRAMES = {
  ping: z.strictObject({ id: uuid.optional(), type: z.literal('ping'), t: z.number() }),
  pong: z.strictObject({ type: z.literal('pong'), t: z.number() }),
  ack: z.strictObject({ type: z.literal('ack'), dept: slug, seq: z.int().min(0) }),
} as const;
