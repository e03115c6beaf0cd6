import type { Tabs } from '../wardline.js';
import { Hub } from './hub.js';

/**
 * Lets the tabs of one browser share one connection. The tab that holds the lock has it and repeats every frame to the
 * others; when it closes, the next one opens its own from its places in the log. Without Web Locks each tab has its own.
 */
export function sharedTabs(): Tabs {
  const hubs = new Set<Hub>();
  return {
    share: (transports, url) => {
      if (typeof navigator === 'undefined' || !('locks' in navigator) || typeof BroadcastChannel === 'undefined') return transports;
      return transports.map((transport) => ({
        ...transport,
        open: (context, events) => {
          const hub = new Hub(transport, context, events, `wardline:${url}:${transport.name}`, () => hubs.delete(hub));
          hubs.add(hub);
          return hub;
        },
      }));
    },
    close: () => {
      for (const hub of [...hubs]) hub.close();
    },
  };
}
