import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit, type BeforeApplicationShutdown } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { Logger } from '../../platform/logging/logger.js';
import { SetIndex } from '../../platform/common/collections/set-index.js';
import { Transactions } from '../../platform/database/transactions.js';
import { SerialTask } from '../../platform/scheduling/serial-task.js';
import { SocketObservers } from '../../realtime/connection/socket-observers.js';
import { NodeRegistry } from './node-registry.js';
import { StaffPresence } from './staff-presence.js';

/** People in one transaction. */
const MAX_BATCH = 200;
const RETRY_MS = 500;

/**
 * Keeps the rows of this node's sockets equal to its sockets. It writes the state, not the change: a failed write is simply
 * repeated, and two quick changes of a person are one write. One write at a time covers all who came and went meanwhile: a
 * rush is a few large ones.
 */
@Injectable()
export class SocketPresence implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private sockets = new SetIndex<string, string>();
  private readonly changed = new Set<string>();
  private readonly writing = new SerialTask(() => this.writeAll());
  /** How many are written at once: one after a failure, then twice as many each time, so that nobody holds up the others for long. */
  private batch = MAX_BATCH;
  private ready = false;
  private stopped = false;

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
        this.sockets.add(principal.id, id);
        this.change(principal);
      },
      closed: ({ id, principal }) => {
        this.sockets.delete(principal.id, id);
        this.change(principal);
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
    for (const staffId of this.sockets.keys()) this.changed.add(staffId);
    this.sockets = new SetIndex();
    const giveUp = new AbortController();
    await Promise.race([this.writing.request(), sleep(3000, undefined, { signal: giveUp.signal }).catch(() => undefined)]);
    giveUp.abort();
    this.stopped = true;
    await this.node.remove().catch((error: unknown) => {
      this.logger.warn('node.remove_failed', { error });
    });
  }

  private change({ id: staffId }: StaffPrincipal): void {
    this.changed.add(staffId);
    this.work();
  }

  private work(): void {
    if (this.ready && !this.stopped) void this.writing.request();
  }

  private async writeAll(): Promise<void> {
    while (this.changed.size > 0 && !this.stopped) await this.write();
  }

  /** Never rejects. */
  private async write(): Promise<void> {
    const people = [...this.changed].slice(0, this.batch);
    for (const staffId of people) this.changed.delete(staffId);
    const sockets = new Map(people.map((staffId) => [staffId, [...this.sockets.of(staffId)]]));
    try {
      const late = await this.transactions.run((tx) => this.presence.write(tx, this.node.serverId, sockets), 'presence');
      for (const staffId of late) await this.transactions.run((tx) => this.presence.rejoin(tx, staffId), 'presence');
      this.batch = Math.min(MAX_BATCH, 2 * this.batch);
    } catch (error) {
      this.logger.warn('presence.write_failed', { people: people.length, error });
      for (const staffId of people) this.changed.add(staffId);
      this.batch = 1;
      await sleep(RETRY_MS);
    }
  }
}
