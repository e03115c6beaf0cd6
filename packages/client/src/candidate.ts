import { Timers } from './timers.js';
import type { Link, Transport } from './transports/transport.js';

/** A better transport tried next to the one in use. It takes over with its hello, so that nothing is missed. */
export class Candidate {
  private link: Link | undefined;
  private readonly timers = new Timers<'attempt'>();

  /**
   * @param open opens a link that reports once `adopt` has made it the one in use
   * @param failed the attempt is over
   */
  constructor(
    private readonly open: (transport: Transport) => Link,
    private readonly adopt: (link: Link) => void,
    private readonly failed: () => void,
  ) {}

  /** @param ms the attempt ends after this time */
  try(first: Transport, ms: number): void {
    this.timers.start('attempt', ms, () => {
      this.stop();
      this.failed();
    });
    this.link = this.open({
      name: first.name,
      open: (context, events) =>
        first.open(context, {
          ...events,
          hello: (hello) => {
            const { link } = this;
            this.timers.stopAll();
            this.link = undefined;
            if (link) this.adopt(link);
            events.hello(hello);
          },
          end: (end) => {
            if (this.link) {
              this.stop();
              this.failed();
            } else events.end(end);
          },
        }),
    });
  }

  stop(): void {
    this.timers.stopAll();
    this.link?.close();
    this.link = undefined;
  }
}
