import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';
import { DeliveryProgress } from '../../events/delivery/delivery-progress.js';

/** Who wants to know of sockets that open and close. Called synchronously: keep it short, and do not throw. */
export interface SocketObserver {
  opened?(connection: { id: string; principal: StaffPrincipal }): void;
  closed?(connection: { id: string; principal: StaffPrincipal }): void;
}

/** Where other features observe this node's sockets, which know nothing of them. */
@Injectable()
export class SocketObservers {
  private readonly observers: SocketObserver[] = [];

  constructor(private readonly progress: DeliveryProgress) {}

  add(observer: SocketObserver): void {
    this.observers.push(observer);
  }

  opened(connection: { id: string; principal: StaffPrincipal }): void {
    for (const observer of this.observers) observer.opened?.(connection);
  }

  closed(connection: { id: string; principal: StaffPrincipal }): void {
    for (const observer of this.observers) observer.closed?.(connection);
  }

  /** The client has received the department's events up to `seq`. */
  acknowledged(staff: StaffPrincipal, dept: string, seq: number): void {
    this.progress.acknowledged(staff, dept, seq);
  }
}
