import type { LinkEvents } from '../transports/transport.js';

/** Passes a link's reports on for as long as `isCurrent` says so, and calls `passed` after each. */
export function relayWhile(isCurrent: () => boolean, events: LinkEvents, passed: () => void): LinkEvents {
  const relayed = Object.entries(events).map(([name, report]): [string, (...args: unknown[]) => void] => [
    name,
    (...args: unknown[]) => {
      if (!isCurrent()) return;
      (report as (...args: unknown[]) => void)(...args);
      passed();
    },
  ]);
  return Object.fromEntries(relayed) as unknown as LinkEvents;
}
