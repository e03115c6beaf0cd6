import type { Writable } from 'node:stream';
import type { EncodedEvent } from '../../events/log/encoded-event.js';
import { streamFrame } from '../../platform/tracing/stream-frame.js';
import type { OutboxFormat } from '../outbox/outbox.js';
import type { SharedFrame } from '../connection/shared-frame.js';
import { SseTransport } from '../connection/transport.js';

/** One event stream for several departments. A message's id names the place in each of them: `icu:13,med:3`. */
export class DepartmentsTransport extends SseTransport {
  override readonly format: OutboxFormat;
  override readonly carriesOne = false;
  private readonly places: Map<string, number>;

  /** @param places `seq` that the client has of each department, where it has one */
  constructor(stream: Writable, places: ReadonlyMap<string, number>) {
    super(stream);
    this.places = new Map(places);
    const event = (one: EncodedEvent) => streamFrame(one.type, one.text, this.moved(one.dept, one.seq));
    this.format = {
      event,
      batch: (batch) => Buffer.concat(batch.events.map(event)),
      skipped: (range) => streamFrame('skipped', JSON.stringify({ type: 'skipped', ...range }), this.moved(range.dept, range.to)),
    };
  }

  override encode(frame: SharedFrame): Buffer {
    const { place } = frame;
    return place ? streamFrame(frame.type, frame.text, this.moved(place.dept, place.seq)) : frame.message;
  }

  private moved(dept: string, seq: number): string {
    this.places.set(dept, seq);
    return [...this.places].map(([id, place]) => `${id}:${String(place)}`).join(',');
  }
}
