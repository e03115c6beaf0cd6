import { useSyncExternalStore } from 'react';

/** One timer for all ages on a page. It rests while nobody sees the page. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    second += 1;
    for (const one of listeners) one();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Renders again each second. @returns a number that changes with it */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second);
}
