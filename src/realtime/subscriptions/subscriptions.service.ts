import { Injectable } from '@nestjs/common';
import { DepartmentAccess } from '../../identity/access/department-access.js';
import type { EventBatch } from '../../events/log/encoded-event.js';
import type { EventSink } from '../../events/delivery/follower.js';
import { Followers } from '../../events/delivery/followers.js';
import { type ResumePoint, Resumes, type Resumption } from '../../events/delivery/resumes.service.js';
import { CLOSE_CODES } from '../connection/close-codes.js';
import type { Connection } from '../connection/connection.js';
import { SharedFrame } from '../connection/shared-frame.js';
import { SocketStats } from '../statistics/socket-stats.service.js';
import { DeliveryProgress } from '../../events/delivery/delivery-progress.js';
import { SummaryBoard } from './summary-board.js';

/** A reader of a department that has not begun to read. */
export interface Subscription {
  resumption: Resumption;
  /** Begins: the snapshot, where there is one, then the events. Call it when what must stand before them is written. */
  readonly start: () => void;
}

/** A connection as the end of a follower's way. */
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
    this.progress.handed(this.connection.principal.id, this.dept, batch.last);
  }

  drained(): Promise<void> {
    return this.connection.drained();
  }

  /** The client comes back, names what it has, and gets a snapshot where that no longer holds. */
  lost(): void {
    this.connection.close(CLOSE_CODES.SERVICE_RESTART.code, 'resume');
  }
}

/** Who follows which department. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly resumes: Resumes,
    private readonly followers: Followers,
    private readonly board: SummaryBoard,
    private readonly stats: SocketStats,
    private readonly progress: DeliveryProgress,
  ) {}

  /**
   * From where the client stood, when the log can still tell; else from a snapshot read at one instant. A second
   * subscription of the same department takes the first one's place.
   * @param re the command that asks, if one does
   * @throws DomainError NOT_FOUND
   */
  async subscribe(connection: Connection, dept: string, point: ResumePoint, re: string | null): Promise<Subscription> {
    this.access.require(connection.principal, dept);
    const resumption = await this.resumes.begin(dept, point);
    const { from, head, snapshot } = resumption;
    this.unsubscribe(connection, dept);
    if (!connection.isOpen) return { resumption, start: () => undefined };
    const follower = this.followers.follow(dept, from - 1, head, new ConnectionSink(connection, dept, this.stats, this.progress));
    connection.subscriptions.set(dept, follower);
    const start = () => {
      if (snapshot) {
        const place = { dept, seq: snapshot.seq };
        connection.send(new SharedFrame('snapshot', this.resumes.snapshotText(resumption, snapshot, re), place));
        this.progress.handed(connection.principal.id, dept, snapshot.seq);
      }
      follower.start();
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
