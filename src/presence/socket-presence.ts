import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit, type BeforeApplicationShutdown } from '@nestjs/common';
import type { StaffPrincipal } from '../auth/principal.js';
import { Logger } from '../common/logger.js';
import { Transactions } from '../database/transactions.js';
import { SocketObservers } from '../realtime/socket-observers.js';
import { NodeRegistry } from './node-registry.js';
import { StaffPresence } from './staff-presence.js';

/** One fewer than its pool has connections: a rush of sockets does not hold up the node's heartbeat. */
const MAX_WRITING = 3;
const RETRY_MS = 500;

/**
 * Keeps the rows of this node's sockets equal to its sockets. What is written is the state, not the change: a write that failed is simply
 * made again, and two changes of a person in quick succession are one write.
 */
@Injectable()
export class SocketPresence implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly sockets = new Map<string, Set<string>>();
  private readonly changed = new Set<string>();
  private readonly writing = new Set<string>();
  private ready = false;
  private stopped = false;
  private drained: () => void = () => undefined;

  constructor(
    private readonly transactions: Transactions,
    private readonly presence: StaffPresence,
    private readonly node: NodeRegistry,
    private readonly observers: SocketObservers,
    private readonly logger: Logger,
  ) {}

  onModuleInit(): void {
    this.observers.add({
      opened: ({ id, principal }) => {
        this.change(principal, (ids) => ids.add(id));
      },
      closed: ({ id, principal }) => {
        this.change(principal, (ids) => ids.delete(id));
      },
    });
    this.node.whenForgotten(() => {
      for (const staffId of this.sockets.keys()) this.changed.add(staffId);
      this.work();
    });
  }

  /** Sockets that opened before the node's row existed are written now. */
  onApplicationBootstrap(): void {
    this.ready = true;
    this.work();
  }

  /** Sockets have been closed by now; the rows say so before the node's own row goes. */
  async beforeApplicationShutdown(): Promise<void> {
    for (const [staffId, ids] of this.sockets) {
      ids.clear();
      this.changed.add(staffId);
    }
    const empty = new Promise<void>((resolve) => (this.drained = resolve));
    this.work();
    const giveUp = new AbortController();
    await Promise.race([empty, sleep(3000, undefined, { signal: giveUp.signal }).catch(() => undefined)]);
    giveUp.abort();
    this.stopped = true;
    await this.node.remove().catch((error: unknown) => {
      this.logger.warn('node.remove_failed', { error });
    });
  }

  private change({ id: staffId }: StaffPrincipal, apply: (ids: Set<string>) => void): void {
    const ids = this.sockets.get(staffId) ?? new Set<string>();
    apply(ids);
    this.sockets.set(staffId, ids);
    this.changed.add(staffId);
    this.work();
  }

  private work(): void {
    if (!this.ready || this.stopped) return;
    for (const staffId of this.changed) {
      if (this.writing.size >= MAX_WRITING) return;
      if (this.writing.has(staffId)) continue;
      this.changed.delete(staffId);
      this.writing.add(staffId);
      void this.write(staffId);
    }
    if (this.writing.size === 0 && this.changed.size === 0) this.drained();
  }

  /** Never rejects. */
  private async write(staffId: string): Promise<void> {
    const ids = [...(this.sockets.get(staffId) ?? [])];
    try {
      await this.transactions.run((tx) => this.presence.write(tx, this.node.serverId, staffId, ids), 'presence');
      if (this.sockets.get(staffId)?.size === 0) this.sockets.delete(staffId);
    } catch (error) {
      this.logger.warn('presence.write_failed', { staff_id: staffId, error });
      this.changed.add(staffId);
      await sleep(RETRY_MS);
    }
    this.writing.delete(staffId);
    this.work();
  }
}
