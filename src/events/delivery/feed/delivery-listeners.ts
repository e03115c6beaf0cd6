import { Injectable } from '@nestjs/common';
import type { EventBatch } from '../../log/encoded-event.js';

type Tap = (batch: EventBatch) => void;

/** An observer of the events that were handed to this node's readers: called once for each batch, after the write. Must not throw. */
@Injectable()
export class DeliveryListeners {
  private readonly taps: Tap[] = [];

  add(tap: Tap): void {
    this.taps.push(tap);
  }

  published(batch: EventBatch): void {
    for (const tap of this.taps) tap(batch);
  }
}
