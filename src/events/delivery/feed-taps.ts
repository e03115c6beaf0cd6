import { Injectable } from '@nestjs/common';
import type { EventBatch } from '../log/encoded-event.js';

type Tap = (batch: EventBatch) => void;

/** Who wants to know what was handed out to this node's readers, once per batch, after it was written. Must not throw. */
@Injectable()
export class FeedTaps {
  private readonly taps: Tap[] = [];

  add(tap: Tap): void {
    this.taps.push(tap);
  }

  published(batch: EventBatch): void {
    for (const tap of this.taps) tap(batch);
  }
}
