import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../../events/log/event-catalog.js';

/** `data` of `nurse.restored`; the reason of an exclusion stays in its record. */
export interface ExclusionEventData {
  staff_id: string;
  exclusion_id: string;
}

declare module '../../../events/log/event.js' {
  interface EventPayloads {
    'nurse.excluded': ExclusionEventData & { until: string };
    'nurse.restored': ExclusionEventData;
  }
}

export const EXCLUSION_EVENT_TYPES = {
  'nurse.excluded': { critical: false },
  'nurse.restored': { critical: false },
} as const;

/** Declares them to the log. */
@Injectable()
export class ExclusionEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(EXCLUSION_EVENT_TYPES);
  }
}
