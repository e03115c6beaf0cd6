import { Inject, Injectable } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { DepartmentAccess } from '../auth/department-access.js';
import { notFound } from '../common/errors.js';
import { textFrame } from '../common/text-frame.js';
import { REALTIME_SETTINGS } from '../config/config.module.js';
import type { RealtimeSettings } from '../config/realtime.settings.js';
import { type DepartmentSnapshot, DepartmentSnapshots } from '../events/department-snapshots.js';
import type { EventSink } from '../events/follower.js';
import { Followers } from '../events/followers.js';
import { EventLog, type Head } from '../events/event-log.js';
import { LogEpoch } from '../events/log-epoch.js';
import { CLOSE_CODES } from './close-codes.js';
import type { Command } from './command.js';
import type { Connection } from './connection.js';

/** What a client says it has already. */
export interface ResumePoint {
  /** `seq` of the last event it has. */
  after?: number | undefined;
  /** The history that `after` counts in. */
  epoch?: string | undefined;
}

export interface SubscribeAnswer {
  dept: string;
  epoch: string;
  /** Whether what was missed follows; otherwise a `snapshot` does. */
  recovered: boolean;
  /** `seq` of the next event. */
  from: number;
  /** `seq` of the newest event. */
  head: number;
}

/** A connection as the end of a follower's way. */
class SocketSink implements EventSink {
  constructor(private readonly connection: Connection) {}

  write(batch: { frames: Buffer }): void {
    this.connection.write(batch.frames);
  }

  drained(): Promise<void> {
    return this.connection.drained();
  }

  /** The client comes back, names what it has, and gets a snapshot where that no longer holds. */
  lost(): void {
    this.connection.close(CLOSE_CODES.SERVICE_RESTART.code, 'resume');
  }
}

/** Who follows which department over a socket. */
@Injectable()
export class Subscriptions {
  constructor(
    private readonly access: DepartmentAccess,
    private readonly log: EventLog,
    private readonly snapshots: DepartmentSnapshots,
    private readonly followers: Followers,
    private readonly epoch: LogEpoch,
    @Inject(REALTIME_SETTINGS) private readonly settings: RealtimeSettings,
    @InjectMetric('wardline_resume_total') private readonly resumes: Counter,
  ) {}

  /**
   * From where the client stood, when the log can still tell; else from a snapshot read at one instant. A second
   * subscription of the same department takes the first one's place.
   * @throws DomainError NOT_FOUND
   */
  async subscribe(command: Command, dept: string, { after, epoch }: ResumePoint): Promise<SubscribeAnswer> {
    this.access.require(command.principal, dept);
    const head = after === undefined ? undefined : await this.requireHead(dept);
    if (after !== undefined && head && this.canResume(after, epoch, head)) {
      this.resumes.inc({ recovered: 'true' });
      this.follow(command, dept, after, head.head);
      return { dept, epoch: this.epoch.current, recovered: true, from: after + 1, head: head.head };
    }
    if (after !== undefined) this.resumes.inc({ recovered: 'false' });
    const snapshot = await this.snapshots.read(dept);
    if (!snapshot) throw notFound('department');
    command.afterReply(() => {
      command.connection.write(this.snapshotFrame(command.re, dept, snapshot));
    });
    this.follow(command, dept, snapshot.seq, snapshot.seq);
    return { dept, epoch: this.epoch.current, recovered: false, from: snapshot.seq + 1, head: snapshot.seq };
  }

  unsubscribe(connection: Connection, dept: string): void {
    connection.subscriptions.get(dept)?.close();
    connection.subscriptions.delete(dept);
  }

  /** The connection's person is no longer of the department. */
  endMembership(connection: Connection, dept: string): void {
    this.unsubscribe(connection, dept);
    connection.send({ type: 'unsubscribed', dept, reason: 'membership_ended' });
  }

  private canResume(after: number, epoch: string | undefined, { head, purged }: Head): boolean {
    const sameHistory = epoch === undefined || epoch === this.epoch.current;
    return sameHistory && after <= head && after >= purged && head - after <= this.settings.REPLAY_LIMIT;
  }

  private follow(command: Command, dept: string, cursor: number, head: number): void {
    const { connection } = command;
    this.unsubscribe(connection, dept);
    if (!connection.isOpen) return;
    const follower = this.followers.follow(dept, cursor, head, new SocketSink(connection));
    connection.subscriptions.set(dept, follower);
    command.afterReply(() => {
      follower.start();
    });
  }

  private async requireHead(dept: string): Promise<Head> {
    const head = await this.log.head(dept);
    if (!head) throw notFound('department');
    return head;
  }

  private snapshotFrame(re: string | null, dept: string, { seq, data }: DepartmentSnapshot): Buffer {
    const epoch = JSON.stringify(this.epoch.current);
    return textFrame(
      `{"type":"snapshot","re":${JSON.stringify(re)},"dept":"${dept}","epoch":${epoch},"seq":${String(seq)},"data":${data}}`,
    );
  }
}
