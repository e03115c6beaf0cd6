import { Injectable } from '@nestjs/common';
import type { ConnectionSlot } from './connection-slots.js';

/** Who counts the places. Never rejects. */
export interface PlaceKeeper {
  /** Takes one for the slot's connection, until the slot is given back. @returns whether there was one */
  take(slot: ConnectionSlot): Promise<boolean>;
  /** Whether the person would get one now. */
  hasOneFor(staffId: string): Promise<boolean>;
}

/** Places that all nodes count together. Whoever keeps them says so at the start; without a keeper there is always one. */
@Injectable()
export class SharedPlaces implements PlaceKeeper {
  private keeper: PlaceKeeper | undefined;

  keptBy(keeper: PlaceKeeper): void {
    this.keeper = keeper;
  }

  take(slot: ConnectionSlot): Promise<boolean> {
    return this.keeper?.take(slot) ?? Promise.resolve(true);
  }

  hasOneFor(staffId: string): Promise<boolean> {
    return this.keeper?.hasOneFor(staffId) ?? Promise.resolve(true);
  }
}
