import { Injectable } from '@nestjs/common';

/** A node's counts of its sockets since its start, by the operators' names. */
export const SOCKET_STATS = [
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
  'client_rate_limit_drops_total',
  'hmac_verify_failures_total',
  'auth_denied_total',
  'room_authz_denied_total',
] as const;

/** The name of a counter. */
export type SocketStat = (typeof SOCKET_STATS)[number];
/** The counters of a node. */
export type SocketStatValues = Readonly<Record<SocketStat, number>>;

/** The counters of this node: whoever does what is counted says so here. */
@Injectable()
export class SocketStats {
  private readonly values = Object.fromEntries(SOCKET_STATS.map((name) => [name, 0])) as Record<SocketStat, number>;

  /** @param by how many at once */
  increment(stat: SocketStat, by = 1): void {
    this.values[stat] += by;
  }

  /** All of them as they are now; 0 for what has not happened. */
  read(): SocketStatValues {
    return { ...this.values };
  }

  /** Messages that were meant for a socket and did not get there: refused by it, dropped for it, or too late. */
  get undelivered(): number {
    const { pushes_failed_total, pushes_dropped_slow_consumer, pushes_to_dead_fd_total } = this.values;
    return pushes_failed_total + pushes_dropped_slow_consumer + pushes_to_dead_fd_total;
  }
}
