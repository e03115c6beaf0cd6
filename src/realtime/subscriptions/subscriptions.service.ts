import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { EventBatch } from '../../events/log/encoded-event.js';
import type { EventSink } from '../../events/delivery/log-subscriber.js';
import { LogSubscriberFactory } from '../../events/delivery/log-subscriber-factory.js';
import { type ResumePoint, ResumeService, type ResumeDecision } from '../../events/delivery/resume.service.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import type { Command } from '../frames/command.js';
import { SharedFrame } from '../connection/shared-frame.js';
import { SocketStats } from '../statistics/socket-stats.service.js';
import { DeliveryProgress } from '../../events/delivery/delivery-progress.js';
import { SummaryPublisher } from './summary-publisher.js';

/** A reader of a department that has not begun to read. */
export interface Subscription {
  resumption: ResumeDecision;
  /** Begins with the snapshot, if there is one, then the events. Call it when the frames before them are written. */
  readonly start: () => void;
}

type AskingCommand = Pick<Command, 're' | 'isOver'>;

/** A connection as the end of a subscriber's way. */
class ConnectionSink implements EventSink {
  constructor(
    private readonly connection: Connection,
    private readonly dept: string,
    private readonly stats: SocketStats,
    private readonly progress: DeliveryProgress,
  ) {}

  write(batch: EventBatch): void {
    this.stats.increment(this.connection.isOpen ? 'pushes_total' : 'pushes_to_dead_fd_total', batch.events.length);
    this.connection.deliver(batch);
  }

  replayed(batch: EventBatch): void {
    this.progress.handed(this.connection.principal, this.dept, batch.last);
  }

  drained(): Promise<void> {
    return this.connection.drained();
  }

  /** The client comes back, names what it has, and gets a snapshot where that no longer holds. */
  lost(): void {
    this.connection.close(CLOSE_CODES.SERVICE_RESTART.code, 'resume');
  }
}

/** The subscribers of departments. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly resumeService: ResumeService,
    private readonly subscribers: LogSubscriberFactory,
    private readonly board: SummaryPublisher,
    private readonly stats: SocketStats,
    private readonly progress: DeliveryProgress,
  ) {}

  /**
   * Continues from the client's position while the log still has the events after it; else from a snapshot of one instant. A
   * second subscription of the same department replaces the first.
   * @param command the command that asks, if one does; one that is over by now replaces nothing
   * @throws DomainError NOT_FOUND
   */
  async subscribe(connection: Connection, dept: string, point: ResumePoint, command?: AskingCommand): Promise<Subscription> {
    this.access.require(connection.principal, dept);
    const resumption = await this.resumeService.begin(dept, point);
    this.access.require(connection.principal, dept); // the membership or the session may have ended meanwhile
    const { from, head, snapshot } = resumption;
    if (!connection.isOpen || command?.isOver) return { resumption, start: () => undefined };
    this.unsubscribe(connection, dept);
    const subscriber = this.subscribers.follow(dept, from - 1, head, new ConnectionSink(connection, dept, this.stats, this.progress));
    connection.subscriptions.set(dept, subscriber);
    const start = () => {
      if (snapshot) {
        const place = { dept, seq: snapshot.seq };
        connection.send(new SharedFrame('snapshot', this.resumeService.snapshotText(resumption, snapshot, command?.re ?? null), place));
        this.progress.handed(connection.principal, dept, snapshot.seq);
      }
      subscriber.start();
      this.board.join(connection, dept);
    };
    return { resumption, start };
  }

  unsubscribe(connection: Connection, dept: string): void {
    connection.endSubscription(dept);
  }

  /** The connection's person is no longer of the department. */
  endMembership(connection: Connection, dept: string): void {
    this.unsubscribe(connection, dept);
    connection.leftDepartment(dept);
  }
}
