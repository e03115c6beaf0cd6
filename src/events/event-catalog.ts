import { Injectable } from '@nestjs/common';
import type { EventType } from './event.js';

/** Which types of events there are. Features declare theirs at the start. */
@Injectable()
export class EventCatalog {
  private readonly critical = new Map<string, boolean>();

  /** `critical`: never dropped for a slow reader. */
  declareAll(types: Readonly<Partial<Record<EventType, { critical: boolean }>>>): void {
    for (const [type, { critical }] of Object.entries(types)) this.critical.set(type, critical);
  }

  /** An unknown type, written by a newer node, counts as critical: it may be dropped by no one who doesn't know it. */
  isCritical(type: string): boolean {
    return this.critical.get(type) ?? true;
  }
}
