import type { IncomingMessage, ServerResponse } from 'node:http';
import { OverloadDetector } from '../../../common/collections/overload-detector.js';

/** A request that waits for its turn. */
export interface WaitingRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly network: string;
  /** As `performance.now()` counts. */
  readonly since: number;
}

/** Waiting requests, of each network in its turn. Their number is bounded by that of the connections: each has at most four. */
export class RequestLanes {
  private readonly lanes = new Map<string, WaitingRequest[]>();
  private readonly overload = new OverloadDetector();

  /** @param refuse where given, answers what is late under overload */
  constructor(private readonly refuse?: (waiting: WaitingRequest) => void) {}

  get isEmpty(): boolean {
    return this.lanes.size === 0;
  }

  add(waiting: WaitingRequest): void {
    this.overload.arrived(waiting.since);
    const lane = this.lanes.get(waiting.network);
    if (lane) lane.push(waiting);
    else this.lanes.set(waiting.network, [waiting]);
  }

  /** The first request of the first network that may begin one; the network goes to the end. */
  take(mayBegin: (network: string) => boolean): WaitingRequest | undefined {
    const now = performance.now();
    for (let next = this.next(mayBegin); next; next = this.next(mayBegin)) {
      if (!this.refuse || this.overload.admits(next.since, now)) return next;
      this.refuse(next);
    }
    if (this.isEmpty) this.overload.emptied();
    return undefined;
  }

  /** Refuses what has come before that time: nothing moves, and its client waits for a word. */
  refuseOlder(time: number): void {
    for (const [network, lane] of this.lanes) {
      for (let old = lane[0]; this.refuse && old && old.since < time; old = lane[0]) {
        lane.shift();
        this.refuse(old);
      }
      if (lane.length === 0) this.lanes.delete(network);
    }
  }

  private next(mayBegin: (network: string) => boolean): WaitingRequest | undefined {
    for (const [network, lane] of this.lanes) {
      if (!mayBegin(network)) continue;
      this.lanes.delete(network);
      const first = lane.shift();
      if (lane.length > 0) this.lanes.set(network, lane);
      return first;
    }
    return undefined;
  }
}
