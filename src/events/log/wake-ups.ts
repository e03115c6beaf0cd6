import { Injectable } from '@nestjs/common';

type Listener = (dept: string) => void;

/**
 * Tells the poller that a department's log has grown. Never part of a transaction: a lost wake-up costs one poll interval.
 */
@Injectable()
export class WakeUps {
  private listener: Listener = () => undefined;
  private readonly relays: Listener[] = [];

  /** Called after a commit that appended to the department's log. */
  wake(dept: string): void {
    this.listener(dept);
    for (const relay of this.relays) relay(dept);
  }

  /** Somebody else has appended, or may have: it is not passed on. */
  heard(dept: string): void {
    this.listener(dept);
  }

  /** There is one listener: the node's poller. */
  listen(listener: Listener): void {
    this.listener = listener;
  }

  /** Told of this node's own wake-ups: who carries them to others. */
  relay(relay: Listener): void {
    this.relays.push(relay);
  }
}
