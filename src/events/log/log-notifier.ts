import { Injectable } from '@nestjs/common';
import type { StoredEvent } from './event.js';

type Relay = (dept: string) => void;
/** @param events what has just been appended, as the log has it; undefined where that is not known */
type Listener = (dept: string, events?: readonly StoredEvent[]) => void;

/** Wakes the poller when a department's log has grown. Never part of a transaction: a lost wake-up costs one poll interval. */
@Injectable()
export class LogNotifier {
  private listener: Listener = () => undefined;
  private readonly relays: Relay[] = [];

  /** Called after a commit that appended to the department's log. */
  notify(dept: string, events?: readonly StoredEvent[]): void {
    this.listener(dept, events);
    for (const onRelay of this.relays) onRelay(dept);
  }

  /** Another node has appended, or may have: this wake-up is not passed on. */
  notifyRemote(dept: string): void {
    this.listener(dept);
  }

  /** There is one listener: the node's poller. */
  onNotify(listener: Listener): void {
    this.listener = listener;
  }

  /** Registers a carrier of this node's own wake-ups to other nodes. */
  relay(relay: Relay): void {
    this.relays.push(relay);
  }
}
