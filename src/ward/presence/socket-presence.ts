import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type OnApplicationBootstrap, type OnModuleInit, type BeforeApplicationShutdown } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { Logger } from '../../platform/logging/logger.js';
import { SetIndex } from '../../platform/common/set-index.js';
import { Transactions } from '../../platform/database/transactions.js';
import { SocketObservers } from '../../realtime/connection/socket-observers.js';
import { NodeRegistry } from './node-registry.js';
import { StaffPresence } from './staff-presence.js';

/** People in one transaction. */
const MAX_BATCH = 200;
const RETRY_MS = 500;

/**
 * Keeps the rows of this node's sockets equal to its sockets. What is written is the state, not the change: a write that failed is simply
 * made again, and two changes of a person in quick succession are one write. One write at a time, for all who came and went meanwhile: a rush
 * is a few large ones.
 */
@Injectable()
export class SocketPresence implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private sockets = new SetIndex<string, string>();
  private readonly changed = new Set<string>();
  private writing: Promise<void> | undefined;
  /** How many are written at once: one after a failure, then twice as many each time, so that nobody holds up the others for long. */
  private batch = MAX_BATCH;
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

  private change({ id: staffId }: StaffPrincipal): void {
    this.changed.add(staffId);
    this.work();
  }

  private work(): void {
    if (!this.ready || this.stopped || this.writing) return;
    if (this.changed.size === 0) {
      this.drained();
      return;
    }
    this.writing = this.write().finally(() => {
      this.writing = undefined;
      this.work();
    });
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
