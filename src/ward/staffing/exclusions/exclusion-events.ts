import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../../events/log/event-catalog.js';
import { uuid } from '../../../platform/common/values/ids.js';
import { time } from '../../../platform/common/values/time-schema.js';

/** The reason of an exclusion stays in its record. */
const exclusion = z.strictObject({ staff_id: uuid, exclusion_id: uuid });

export const EXCLUSION_EVENT_TYPES = {
  'nurse.excluded': { critical: false, data: exclusion.extend({ until: time }) },
  'nurse.restored': { critical: false, data: exclusion },
} as const;

declare module '../../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof EXCLUSION_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class ExclusionEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(EXCLUSION_EVENT_TYPES);
  }
}
