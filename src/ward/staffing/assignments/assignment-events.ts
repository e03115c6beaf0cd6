import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../../events/log/event-catalog.js';
import { uuid } from '../../../platform/common/values/ids.js';
import { time } from '../../../platform/common/values/time-schema.js';

const room_id = z.string();

export const ASSIGNMENT_EVENT_TYPES = {
  'room.assigned': {
    critical: false,
    data: z.strictObject({ room_id, primary_id: uuid, backup_id: uuid.nullable(), until: time.nullable() }),
  },
  'room.unassigned': {
    critical: false,
    data: z.strictObject({ room_id, reason: z.enum(['removed', 'expired', 'staff_left', 'room_retired']) }),
  },
  'room.assignment_expiring': { critical: false, data: z.strictObject({ room_id, primary_id: uuid, until: time }) },
} as const;

declare module '../../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof ASSIGNMENT_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class AssignmentEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(ASSIGNMENT_EVENT_TYPES);
  }
}
