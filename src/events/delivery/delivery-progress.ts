import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';

/** How far each person has come in a department's log. Called synchronously: keep it short, and do not throw. */
export interface ProgressListener {
  /** The events up to `seq`, or a picture of the department at `seq`, went out to a connection of the person. */
  handed?(staffId: string, dept: string, seq: number): void;
  /** The person's client says that it has the events up to `seq`. */
  acknowledged?(staff: StaffPrincipal, dept: string, seq: number): void;
}

/** The one place where every transport reports what it handed out to a person outside of the live feed, and what came back as received. */
@Injectable()
export class DeliveryProgress {
  private readonly listeners: ProgressListener[] = [];

  add(listener: ProgressListener): void {
    this.listeners.push(listener);
  }

  handed(staffId: string, dept: string, seq: number): void {
    for (const listener of this.listeners) listener.handed?.(staffId, dept, seq);
  }

  acknowledged(staff: StaffPrincipal, dept: string, seq: number): void {
    for (const listener of this.listeners) listener.acknowledged?.(staff, dept, seq);
  }
}
