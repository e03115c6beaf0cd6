import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../../events/log/event-catalog.js';

declare module '../../../events/log/event.js' {
  interface EventPayloads {
    'room.assigned': { room_id: string; primary_id: string; backup_id: string | null; until: string | null };
    'room.unassigned': { room_id: string; reason: 'removed' | 'expired' | 'staff_left' | 'room_retired' };
    'room.assignment_expiring': { room_id: string; primary_id: string; until: string };
  }
}

export const ASSIGNMENT_EVENT_TYPES = {
  'room.assigned': { critical: false },
  'room.unassigned': { critical: false },
  'room.assignment_expiring': { critical: false },
} as const;

/** Declares them to the log. */
@Injectable()
export class AssignmentEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(ASSIGNMENT_EVENT_TYPES);
  }
}
