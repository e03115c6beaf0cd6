import type { CommandQueue, QueuedCommand } from './commands.js';

const KEY = 'wardline.commands';
const MAX = 100;

/** The storage of the queue: `localStorage` has this shape. */
export interface QueueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** A command and the tab that sends it. */
interface Kept extends QueuedCommand {
  readonly tab: string;
}

/**
 * Keeps unanswered commands over a closed tab. Another page of the same person sends them, with their keys, if they are
 * not too old. Each tab holds a Web Lock for as long as it lives: the others wait for its end, and one of them takes up
 * its commands. Without Web Locks only a new page takes them up, and the idempotency key keeps a command one command.
 */
export function offlineQueue(storage: QueueStorage): CommandQueue {
  const tab = crypto.randomUUID();
  const locks = (globalThis as { navigator?: Navigator }).navigator?.locks;
  let release: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    release = resolve;
  });
  const nameOf = (id: string) => `wardline.tab.${id}`;
  void locks?.request(nameOf(tab), () => closed);
  /** Tabs whose end this one waits for, to send what they left. */
  const awaited = new Set<string>();
  const stop = new AbortController();
  let take: ((command: QueuedCommand) => Promise<unknown>) | undefined;

  const read = (): Kept[] => {
    try {
      const parsed: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
      // Too old: nobody sends it any more.
      return Array.isArray(parsed) ? (parsed as Kept[]).filter(({ at, maxAgeMs }) => Date.now() - at < maxAgeMs) : [];
    } catch {
      return []; // written by something else: nothing of ours can be read from it
    }
  };
  const write = (commands: readonly Kept[]) => {
    try {
      if (commands.length === 0) storage.removeItem(KEY);
      else storage.setItem(KEY, JSON.stringify(commands.slice(-MAX)));
    } catch {
      // A full or forbidden storage: the command still waits in this page.
    }
  };
  const takeFrom = async (owner: string) => {
    const left = read().filter((command) => command.tab === owner);
    await Promise.allSettled(left.map(async ({ tab: _, ...command }) => take?.(command)));
  };
  const look = () => {
    const owners = new Set(read().map((command) => command.tab));
    owners.delete(tab);
    for (const owner of owners) {
      if (!locks) void takeFrom(owner);
      else if (!awaited.has(owner)) {
        awaited.add(owner);
        locks
          .request(nameOf(owner), { signal: stop.signal }, () => takeFrom(owner))
          .catch(() => undefined) // closed meanwhile: the next page sends them
          .finally(() => awaited.delete(owner));
      }
    }
  };
  // A tab that was open already hears of the commands that another one keeps.
  const changed = ({ key }: StorageEvent) => {
    if (key === KEY && take) look();
  };
  if (locks && typeof window !== 'undefined') window.addEventListener('storage', changed, { signal: stop.signal });
  return {
    add: (command) => {
      write([...read().filter(({ key }) => key !== command.key), { ...command, tab }]);
    },
    remove: (key) => {
      write(read().filter((command) => command.key !== key));
    },
    replay: (taken) => {
      take = taken;
      look();
    },
    close: () => {
      stop.abort();
      release();
    },
  };
}
