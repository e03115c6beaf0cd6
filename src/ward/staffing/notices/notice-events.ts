import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../../events/log/event-catalog.js';

/** The codes of notices. Never free text: clients hold the words, in the ward's language. */
export const NOTICE_CODES = ['staff_meeting', 'all_hands', 'quiet_hours', 'visiting_ends', 'system_maintenance', 'fire_drill'] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];
/** The last person who could be reached has gone off duty or on a break. */
const SYSTEM_NOTICE_CODES = ['nobody_on_duty'] as const;

export const NOTICE_EVENT_TYPES = {
  'notice.posted': {
    critical: false,
    data: z.strictObject({
      code: z.enum([...NOTICE_CODES, ...SYSTEM_NOTICE_CODES]),
      by: z.string().describe('staff:<id> of the person who posted it'),
    }),
  },
} as const;

declare module '../../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof NOTICE_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class NoticeEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(NOTICE_EVENT_TYPES);
  }
}
