import { Injectable } from '@nestjs/common';
import type { ConnectionSlot } from './connection-slots.js';

/** The counter of the places. Never rejects. */
export interface CapacityLease {
  /** Takes one for the slot's connection, until the slot is given back. @returns whether there was one */
  take(slot: ConnectionSlot): Promise<boolean>;
  /** True when the person would get one now. */
  hasOneFor(staffId: string): Promise<boolean>;
}

/** Places that all nodes count together. Their keeper registers at the start; without a keeper there is always one. */
@Injectable()
export class ClusterCapacity implements CapacityLease {
  private keeper: CapacityLease | undefined;

  keptBy(keeper: CapacityLease): void {
    this.keeper = keeper;
  }

  take(slot: ConnectionSlot): Promise<boolean> {
    return this.keeper?.take(slot) ?? Promise.resolve(true);
  }

  hasOneFor(staffId: string): Promise<boolean> {
    return this.keeper?.hasOneFor(staffId) ?? Promise.resolve(true);
  }
}
