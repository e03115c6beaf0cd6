import type { PayloadsOf } from 'wardline';
import { z } from 'zod';

const task = z.strictObject({ task_id: z.string(), bed_id: z.string() });

export const CLEANING_EVENTS = {
  'st-jude.cleaning.asked': { critical: false, data: task },
  'st-jude.cleaning.done': { critical: false, data: task },
  'st-jude.cleaning.late': { critical: true, data: task },
} as const;

declare module 'wardline' {
  interface EventPayloads extends PayloadsOf<typeof CLEANING_EVENTS> {}
}
