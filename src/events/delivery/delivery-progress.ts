import { Injectable } from '@nestjs/common';
import type { ReaderPrincipal, StaffPrincipal } from '../../identity/access/principal.js';

/** How far each person has come in a department's log. Called synchronously: keep it short, and do not throw. */
export interface ProgressListener {
  /** The events up to `seq`, or a picture of the department at `seq`, went out to a connection of the person. */
  handed?(staffId: string, dept: string, seq: number): void;
  /** The person's client says that it has the events up to `seq`. */
  acknowledged?(staff: StaffPrincipal, dept: string, seq: number): void;
}

/**
 * The one place where every transport reports what it handed out to a reader outside of the live feed, and what came back as received. It counts for
 * people: nobody is told of a call by a wall board.
 */
@Injectable()
export class DeliveryProgress {
  private readonly listeners: ProgressListener[] = [];

  add(listener: ProgressListener): void {
    this.listeners.push(listener);
  }

  handed(reader: ReaderPrincipal, dept: string, seq: number): void {
    if (reader.kind === 'staff') for (const listener of this.listeners) listener.handed?.(reader.id, dept, seq);
  }

  acknowledged(reader: ReaderPrincipal, dept: string, seq: number): void {
    if (reader.kind === 'staff') for (const listener of this.listeners) listener.acknowledged?.(reader, dept, seq);
  }
}
