import { Injectable } from '@nestjs/common';

const NAMES = [
  'owns_total',
  'releases_total',
  'sendToClient_total',
  'sendToClient_owner_missing',
  'room_joins_total',
  'room_leaves_total',
  'room_pushes_total',
  'pushes_total',
  'pushes_failed_total',
  'pushes_dropped_slow_consumer',
  'pushes_to_dead_fd_total',
  'capacity_exceeded_owner_total',
  'capacity_exceeded_room_total',
  'rate_limit_drops_total',
  'hmac_verify_failures_total',
  'room_authz_denied_total',
] as const;

export type HubCounter = (typeof NAMES)[number];

/** What this node counts of owners, rooms and messages since its start, by the names that operators know. */
@Injectable()
export class HubCounters {
  private readonly values = Object.fromEntries(NAMES.map((name) => [name, 0])) as Record<HubCounter, number>;

  increment(name: HubCounter, by = 1): void {
    this.values[name] += by;
  }

  read(): Readonly<Record<HubCounter, number>> {
    return { ...this.values };
  }
}
