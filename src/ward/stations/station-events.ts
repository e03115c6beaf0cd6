import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { EventCatalog, type PayloadsOf } from '../../events/log/event-catalog.js';

export const STATION_EVENT_TYPES = {
  'station.stale': { critical: false, data: z.strictObject({ station_id: z.string(), room_id: z.string() }) },
  'station.restored': { critical: false, data: z.strictObject({ station_id: z.string() }) },
} as const;

declare module '../../events/log/event.js' {
  interface EventPayloads extends PayloadsOf<typeof STATION_EVENT_TYPES> {}
}

/** Declares them to the log. */
@Injectable()
export class StationEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(STATION_EVENT_TYPES);
  }
}
