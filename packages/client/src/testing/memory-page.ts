import { MemoryLocks } from './memory-locks.js';

/** The parts of a page that a client in a browser uses: its locks, its storage, and the listeners on its window. */
export interface MemoryPage {
  readonly locks: MemoryLocks;
  readonly window: EventTarget;
  /** Types that somebody listens to on the window, one for each listener. */
  readonly listeners: readonly string[];
  /** As `localStorage`, which tells the other pages of each change. */
  readonly storage: { getItem(key: string): string | null; setItem(key: string, value: string): void; removeItem(key: string): void };
  readonly kept: ReadonlyMap<string, string>;
  leave(): void;
}

/** Gives this process a window and locks until `leave()`. */
export function enterPage(): MemoryPage {
  const listeners: string[] = [];
  const locks = new MemoryLocks();
  const window = new EventTarget();
  const add = window.addEventListener.bind(window);
  const remove = window.removeEventListener.bind(window);
  const forget = (type: string) => {
    if (listeners.includes(type)) listeners.splice(listeners.indexOf(type), 1);
  };
  window.addEventListener = (type: string, listener: never, options?: AddEventListenerOptions | boolean) => {
    listeners.push(type);
    if (typeof options === 'object')
      options.signal?.addEventListener('abort', () => {
        forget(type);
      });
    add(type, listener, options);
  };
  window.removeEventListener = (type: string, listener: never, options?: EventListenerOptions | boolean) => {
    forget(type);
    remove(type, listener, options);
  };
  const kept = new Map<string, string>();
  const changed = (key: string) => window.dispatchEvent(Object.assign(new Event('storage'), { key }));
  const before = ['window', 'navigator'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  Object.defineProperty(globalThis, 'window', { value: window, configurable: true });
  Object.defineProperty(globalThis, 'navigator', { value: { locks }, configurable: true });
  return {
    ...{ locks, window, listeners, kept },
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => {
        kept.set(key, value);
        changed(key);
      },
      removeItem: (key) => {
        kept.delete(key);
        changed(key);
      },
    },
    leave: () => {
      for (const [name, descriptor] of before) {
        if (descriptor) Object.defineProperty(globalThis, name, descriptor);
        else Reflect.deleteProperty(globalThis, name);
      }
    },
  };
}
