import { Injectable } from '@nestjs/common';
import type { ReaderPrincipal, StaffPrincipal } from '../../identity/access/principal.js';
import { DeliveryProgress } from '../../events/delivery/delivery-progress.js';

interface Reading {
  id: string;
  principal: ReaderPrincipal;
}

/** Observes the connections of people. Called synchronously: keep it short, and do not throw. */
export interface SocketObserver {
  opened?(connection: { id: string; principal: StaffPrincipal }): void;
  closed?(connection: { id: string; principal: StaffPrincipal }): void;
}

/** The place where other features observe this node's sockets. A wall board is no person: its connections are not observed. */
@Injectable()
export class SocketObservers {
  private readonly observers: SocketObserver[] = [];

  constructor(private readonly progress: DeliveryProgress) {}

  add(observer: SocketObserver): void {
    this.observers.push(observer);
  }

  opened(connection: Reading): void {
    if (isOfPerson(connection)) for (const observer of this.observers) observer.opened?.(connection);
  }

  closed(connection: Reading): void {
    if (isOfPerson(connection)) for (const observer of this.observers) observer.closed?.(connection);
  }

  /** The client has received the department's events up to `seq`. */
  acknowledged(reader: ReaderPrincipal, dept: string, seq: number): void {
    this.progress.acknowledged(reader, dept, seq);
  }
}

function isOfPerson(connection: Reading): connection is { id: string; principal: StaffPrincipal } {
  return connection.principal.kind === 'staff';
}
