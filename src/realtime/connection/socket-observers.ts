import { Injectable } from '@nestjs/common';
import type { StaffPrincipal } from '../../identity/access/principal.js';

/** Who wants to know of sockets that open and close, and of receipts. Called synchronously: keep it short, and do not throw. */
export interface SocketObserver {
  opened?(connection: { id: string; principal: StaffPrincipal }): void;
  closed?(connection: { id: string; principal: StaffPrincipal }): void;
  /** The client has received the department's events up to `seq`. */
  acknowledged?(staff: StaffPrincipal, dept: string, seq: number): void;
}

/** Where other features observe this node's sockets, which know nothing of them. */
@Injectable()
export class SocketObservers {
  private readonly observers: SocketObserver[] = [];

  add(observer: SocketObserver): void {
    this.observers.push(observer);
  }

  opened(connection: { id: string; principal: StaffPrincipal }): void {
    for (const observer of this.observers) observer.opened?.(connection);
  }

  closed(connection: { id: string; principal: StaffPrincipal }): void {
    for (const observer of this.observers) observer.closed?.(connection);
  }

  acknowledged(staff: StaffPrincipal, dept: string, seq: number): void {
    for (const observer of this.observers) observer.acknowledged?.(staff, dept, seq);
  }
}
