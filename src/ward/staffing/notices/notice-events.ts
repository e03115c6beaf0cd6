import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../../events/log/event-catalog.js';

/** What may be posted. A code, never free text: clients hold the words, in the ward's language. */
export const NOTICE_CODES = ['staff_meeting', 'all_hands', 'quiet_hours', 'visiting_ends', 'system_maintenance', 'fire_drill'] as const;
export type NoticeCode = (typeof NOTICE_CODES)[number];
/** The last person who could be reached has gone off duty or on a break. */
export type SystemNoticeCode = 'nobody_on_duty';

declare module '../../../events/log/event.js' {
  interface EventPayloads {
    /** `by`: `staff:<id>` of who posted it. */
    'notice.posted': { code: NoticeCode | SystemNoticeCode; by: string };
  }
}

export const NOTICE_EVENT_TYPES = { 'notice.posted': { critical: false } } as const;

/** Declares them to the log. */
@Injectable()
export class NoticeEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(NOTICE_EVENT_TYPES);
  }
}
