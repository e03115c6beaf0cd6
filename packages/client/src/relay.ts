import type { LinkEvents } from './transports/transport.js';

/** Passes a link's reports on for as long as `isCurrent` says so. */
export function relayWhile(isCurrent: () => boolean, events: LinkEvents): LinkEvents {
  const guard =
    <A extends unknown[]>(report: (...args: A) => void) =>
    (...args: A) => {
      if (isCurrent()) report(...args);
    };
  return {
    hello: guard(events.hello),
    subscribed: guard(events.subscribed),
    snapshot: guard(events.snapshot),
    event: guard(events.event),
    skipped: guard(events.skipped),
    refused: guard(events.refused),
    answer: guard(events.answer),
    frame: guard(events.frame),
    alive: guard(events.alive),
    end: guard(events.end),
  };
}
