import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../events/log/event-catalog.js';
import { uuid } from '../../platform/common/values/ids.js';

const member = z.strictObject({ staff_id: uuid });

export const PRESENCE_EVENT_TYPES = {
  'nurse.online': { critical: false, data: member },
  'nurse.offline': { critical: false, data: member },
  'nurse.unresponsive': { critical: false, data: member },
  'nurse.responsive': { critical: false, data: member },
  'department.unattended': { critical: true, data: z.strictObject({ dept: z.string(), open_calls: z.int().min(0) }) },
  'department.attended': { critical: false, data: z.strictObject({ dept: z.string() }) },
} as const;

declare module '../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof PRESENCE_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class PresenceEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(PRESENCE_EVENT_TYPES);
  }
}
