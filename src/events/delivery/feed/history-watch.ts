import { Injectable } from '@nestjs/common';
import { Logger } from '../../../platform/logging/logger.js';
import { SerialTask } from '../../../platform/scheduling/serial-task.js';
import { EventLog, type Head } from '../../log/event-log.js';
import { LogEpoch } from '../../log/log-epoch.js';
import { Feeds } from './feeds.js';
import { HistoryNote, type OtherHistory } from './history-note.js';

/** A department whose head lies before what was handed out. */
interface HandedOut {
  readonly dept: string;
  readonly head: number;
  readonly handed_out: number;
}

/** The log is compared with the note, and noted, so often. */
const NOTE_MS = 2000;

/**
 * Keeps the feeds in the history that the database has. After another history, or a log that went back (a restore, a fail-over to a server
 * that lagged), no reader's place counts any more: each starts from a snapshot, under a new epoch.
 */
@Injectable()
export class HistoryWatch {
  private readonly notes = new SerialTask(
    () => this.lookAtNote(),
    (error) => {
      this.logger.debug('log.heads_not_compared', { error });
    },
  );

  constructor(
    private readonly log: EventLog,
    private readonly feeds: Feeds,
    private readonly epoch: LogEpoch,
    private readonly note: HistoryNote,
    private readonly logger: Logger,
  ) {}

  /** A log that went back while no node was there to see it is found by the note of this one. */
  async begin(): Promise<void> {
    await this.epoch.refresh();
    await this.note.load();
    await this.lookAtNote();
    this.notes.repeat(NOTE_MS);
  }

  async end(): Promise<void> {
    await this.notes.stop();
    await this.note.settled();
  }

  /** The heads of the departments that are read here. Looks at the history first, and at a head that lies before its feed once more. */
  async heads(): Promise<readonly (Head & { dept: string })[]> {
    if (await this.epoch.refresh()) this.startOver();
    const heads = await this.log.heads(this.feeds.departments());
    const behind = heads.filter(({ dept, head }) => head < this.positionOf(dept)).map(({ dept }) => dept);
    if (behind.length > 0) await this.lookAgain(behind);
    return heads;
  }

  /** The first look may be older than an append that has been handed out since. The second look has all that is handed out by now. */
  private async lookAgain(departments: readonly string[]): Promise<void> {
    const { current } = this.epoch;
    const positions = new Map(departments.map((dept) => [dept, this.positionOf(dept)]));
    const heads = await this.log.heads(departments);
    const back = heads.flatMap(({ dept, head }) => {
      const position = positions.get(dept) ?? 0;
      return head < position ? [{ dept, head, handed_out: position }] : [];
    });
    if (back.length === 0) return;
    await this.renew(back, current);
  }

  /** Finds also a log that went back and has grown past its old head since: there is another event at that place. */
  private async lookAtNote(): Promise<void> {
    const { current } = this.epoch;
    const back = await this.note.look(current);
    if (back.length > 0) await this.renew(back, current);
  }

  /** One new epoch, however many nodes or looks find it. @param under the epoch in which it was found */
  private async renew(back: readonly (HandedOut | OtherHistory)[], under: string): Promise<void> {
    if (this.epoch.current !== under) return;
    for (const one of back) this.logger.error('log.went_back', { ...one });
    await this.epoch.renew();
    this.startOver();
  }

  private positionOf(dept: string): number {
    return this.feeds.get(dept)?.position ?? 0;
  }

  /** The last reader that leaves takes the feed's position with it. */
  private startOver(): void {
    for (const feed of this.feeds.all()) feed.reset();
  }
}
