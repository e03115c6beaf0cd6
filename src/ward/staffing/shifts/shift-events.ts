import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../../events/log/event-catalog.js';
import { roleName } from '../../../identity/roles/role-name.js';
import { uuid } from '../../../platform/common/values/ids.js';
import { time } from '../../../platform/common/values/time-schema.js';
import { onDutyView } from '../on-duty/on-duty-view.js';

const shift = z.strictObject({ staff_id: uuid, shift_id: uuid, role: roleName });
export type ShiftEventData = z.infer<typeof shift>;

export const SHIFT_EVENT_TYPES = {
  'nurse.shift_started': { critical: false, data: shift.extend({ staff: onDutyView }) },
  'nurse.shift_paused': { critical: false, data: shift.extend({ until: time }) },
  'nurse.shift_resumed': { critical: false, data: shift },
  'nurse.changed': {
    critical: false,
    data: z.strictObject({ staff_id: uuid, staff: onDutyView }).describe('the name or the role of somebody on duty has changed'),
  },
  'nurse.shift_ended': { critical: false, data: shift.extend({ reason: z.enum(['ended', 'abandoned']) }) },
} as const;

declare module '../../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof SHIFT_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class ShiftEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(SHIFT_EVENT_TYPES);
  }
}
