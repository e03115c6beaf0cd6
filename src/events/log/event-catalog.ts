import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { EventType } from './event.js';

/** What a slow reader's outbox must know of a type of event. */
export interface EventTraits {
  /** Never dropped for a slow reader; a type that is so only in some cases is asked with the payload's JSON. */
  readonly critical: boolean | ((data: string) => boolean);
  /** Tells from the payload's JSON what an event says again, if it does; of those only the newest counts as critical. */
  readonly repeatOf?: (data: string) => string | undefined;
  /** What `data` holds. The payload's type, the published documents and the client's types come of it. */
  readonly data?: z.ZodType;
}

/** The payloads of declared types, for `EventPayloads`. */
export type PayloadsOf<T extends Record<string, { data: z.ZodType }>> = { [K in keyof T]: z.infer<T[K]['data']> };

/** An unknown type, written by a newer node, counts as critical: it may be dropped by no one who doesn't know it. */
const UNKNOWN: EventTraits = { critical: true };

/** Which types of events there are. Features declare theirs at the start. */
@Injectable()
export class EventCatalog {
  private readonly known = new Map<string, EventTraits>();

  declareAll(types: Readonly<Partial<Record<EventType, EventTraits>>>): void {
    for (const [type, traits] of Object.entries(types)) this.known.set(type, traits);
  }

  traitsOf(type: string): EventTraits {
    return this.known.get(type) ?? UNKNOWN;
  }

  /** @param data the payload's JSON */
  isCritical(type: string, data: string): boolean {
    return isCritical(this.traitsOf(type), data);
  }
}

/** @param data the payload's JSON */
export function isCritical({ critical }: EventTraits, data: string): boolean {
  return typeof critical === 'boolean' ? critical : critical(data);
}
