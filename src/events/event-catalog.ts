import { Injectable } from '@nestjs/common';
import type { EventType } from './event.js';

/** Which types of events there are. Features declare theirs at the start. */
@Injectable()
export class EventCatalog {
  private readonly critical = new Map<string, boolean>();

  /** @param options.critical never dropped for a slow reader */
  declare(type: EventType, options: { critical: boolean }): void {
    this.critical.set(type, options.critical);
  }

  /** An unknown type, written by a newer node, counts as critical: it may be dropped by no one who doesn't know it. */
  isCritical(type: string): boolean {
    return this.critical.get(type) ?? true;
  }

  types(): { type: string; critical: boolean }[] {
    return [...this.critical].map(([type, critical]) => ({ type, critical }));
  }
}
