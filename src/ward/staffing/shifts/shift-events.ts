import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../../events/log/event-catalog.js';

/** `data` of `nurse.shift_started`, `nurse.shift_paused`, `nurse.shift_resumed` and `nurse.shift_ended`. */
export interface ShiftEventData {
  staff_id: string;
  shift_id: string;
  role: 'nurse' | 'manager' | 'admin';
}

declare module '../../../events/log/event.js' {
  interface EventPayloads {
    'nurse.shift_started': ShiftEventData;
    'nurse.shift_paused': ShiftEventData & { until: string };
    'nurse.shift_resumed': ShiftEventData;
    'nurse.shift_ended': ShiftEventData & { reason: 'ended' | 'abandoned' };
  }
}

export const SHIFT_EVENT_TYPES = {
  'nurse.shift_started': { critical: false },
  'nurse.shift_paused': { critical: false },
  'nurse.shift_resumed': { critical: false },
  'nurse.shift_ended': { critical: false },
} as const;

/** Declares them to the log. */
@Injectable()
export class ShiftEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(SHIFT_EVENT_TYPES);
  }
}
