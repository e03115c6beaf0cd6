import type { CommandQueue, QueuedCommand } from './commands.js';

const KEY = 'wardline.commands';
const MAX = 100;

/** Where the queue is kept: `localStorage` has this shape. */
export interface QueueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps unanswered commands over a closed tab. The next page sends them, with their keys, if they are not too old.
 * Web Locks let one tab alone replay them; where there are none, the idempotency key keeps a command one command.
 */
export function offlineQueue(storage: QueueStorage): CommandQueue {
  const read = (): QueuedCommand[] => {
    try {
      const parsed: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
      return Array.isArray(parsed) ? (parsed as QueuedCommand[]) : [];
    } catch {
      return []; // written by something else: nothing of ours can be read from it
    }
  };
  const write = (commands: readonly QueuedCommand[]) => {
    try {
      if (commands.length === 0) storage.removeItem(KEY);
      else storage.setItem(KEY, JSON.stringify(commands.slice(-MAX)));
    } catch {
      // A full or forbidden storage: the command still waits in this page.
    }
  };
  return {
    load: () => Promise.resolve(read()),
    add: (command) => {
      write([...read().filter(({ key }) => key !== command.key), command]);
    },
    remove: (key) => {
      write(read().filter((command) => command.key !== key));
    },
    exclusively: async (replay) => {
      if (typeof navigator === 'undefined' || !('locks' in navigator)) {
        await replay();
        return;
      }
      await navigator.locks.request(`${KEY}.replay`, { ifAvailable: true }, async (lock) => {
        if (lock) await replay();
      });
    },
  };
}
