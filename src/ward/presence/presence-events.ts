import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../events/log/event-catalog.js';

declare module '../../events/log/event.js' {
  interface EventPayloads {
    'nurse.online': { staff_id: string };
    'nurse.offline': { staff_id: string };
    'nurse.unresponsive': { staff_id: string };
    'nurse.responsive': { staff_id: string };
    'department.unattended': { dept: string; open_calls: number };
    'department.attended': { dept: string };
  }
}

export const PRESENCE_EVENT_TYPES = {
  'nurse.online': { critical: false },
  'nurse.offline': { critical: false },
  'nurse.unresponsive': { critical: false },
  'nurse.responsive': { critical: false },
  'department.unattended': { critical: true },
  'department.attended': { critical: false },
} as const;

/** Declares them to the log. */
@Injectable()
export class PresenceEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(PRESENCE_EVENT_TYPES);
  }
}
