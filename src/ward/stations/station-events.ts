import { Injectable, type OnModuleInit } from '@nestjs/common';
import { EventCatalog } from '../../events/log/event-catalog.js';

declare module '../../events/log/event.js' {
  interface EventPayloads {
    'station.stale': { station_id: string; room_id: string };
    'station.restored': { station_id: string };
  }
}

export const STATION_EVENT_TYPES = {
  'station.stale': { critical: false },
  'station.restored': { critical: false },
} as const;

/** Declares them to the log. */
@Injectable()
export class StationEvents implements OnModuleInit {
  constructor(private readonly catalog: EventCatalog) {}

  onModuleInit(): void {
    this.catalog.declareAll(STATION_EVENT_TYPES);
  }
}
