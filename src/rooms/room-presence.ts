import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Cluster } from '../cluster/node/cluster.js';
import { PresenceRegistry, type RosterChange } from '../cluster/registry/presence-registry.service.js';
import { ServerRegistry } from '../cluster/registry/server-registry.js';
import { Clock } from '../platform/common/clock.js';
import { Logger } from '../platform/logging/logger.js';
import { Deliveries } from './delivery/deliveries.js';

/** Comings and goings within this time go in one frame. */
const TOGETHER_MS = 200;
/** Names in one frame; beyond, the frame gives the size alone. */
const MAX_NAMED = 200;

/** Announces comings and goings to those in a room. */
@Injectable()
export class RoomPresence implements OnModuleInit {
  /** Room → user → whether they have come or gone. */
  private readonly changes = new Map<string, Map<string, boolean>>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly presenceRegistry: PresenceRegistry,
    private readonly registry: ServerRegistry,
    private readonly deliveries: Deliveries,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.presenceRegistry.onRosterChange((change) => {
      this.note(change);
    });
    this.registry.beforeSilence(() => this.tell());
  }

  /** A user who comes and goes again, or the other way round, was not away. */
  private note({ room, userId, joined }: RosterChange): void {
    const users = this.changes.get(room) ?? new Map<string, boolean>();
    if (users.get(userId) === !joined) users.delete(userId);
    else users.set(userId, joined);
    this.changes.set(room, users);
    this.timer ??= setTimeout(() => {
      void this.tell();
    }, TOGETHER_MS);
  }

  /** Never rejects. */
  private async tell(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const rooms = [...this.changes];
    this.changes.clear();
    for (const [room, users] of rooms) {
      if (users.size === 0) continue;
      try {
        await this.tellRoom(room, users);
      } catch (error) {
        this.logger.warn('rooms.presence_failed', { error });
      }
    }
  }

  private async tellRoom(room: string, users: ReadonlyMap<string, boolean>): Promise<void> {
    const size = await this.cluster.ask(({ rooms }) => rooms.size(room));
    if (size === 0) return;
    const named = users.size > MAX_NAMED ? [] : [...users];
    const joined = named.filter(([, came]) => came).map(([userId]) => userId);
    const left = named.filter(([, came]) => !came).map(([userId]) => userId);
    const frame = { type: 'room.presence' as const, room, joined, left, size, ts: this.clock.now() };
    await this.deliveries.toRoom(room, { type: frame.type, text: JSON.stringify(frame) });
  }
}
