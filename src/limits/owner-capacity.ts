import { Inject, Injectable } from '@nestjs/common';
import { REALTIME_SETTINGS } from '../config/config.module.js';
import type { RealtimeSettings } from '../config/realtime.settings.js';
import { ConnectionSlots } from './connection-slots.js';

/** How many people may be connected to the cluster. The backplane of several nodes provides its own. */
export abstract class OwnerCapacity {
  /** Whether the person, who holds a slot here already, is within OWNER_CAPACITY. */
  abstract hasRoomFor(staffId: string): boolean | Promise<boolean>;
}

/** One node is the whole cluster. */
@Injectable()
export class LocalOwnerCapacity extends OwnerCapacity {
  constructor(
    private readonly slots: ConnectionSlots,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
  ) {
    super();
  }

  override hasRoomFor(staffId: string): boolean {
    const others = this.slots.isOwner(staffId) ? this.slots.owners - 1 : this.slots.owners;
    return others < this.settings.OWNER_CAPACITY;
  }
}
