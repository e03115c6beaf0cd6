import { useSyncExternalStore } from 'react';

/** One timer for all ages on a page. It rests while nobody sees the page. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let second = 0;

function tick(): void {
  second += 1;
  for (const one of [...listeners]) one();
}

function runOrRest(): void {
  if (listeners.size > 0 && !document.hidden) {
    timer ??= setInterval(tick, 1000);
    return;
  }
  clearInterval(timer);
  timer = undefined;
}

/** Ages that are seen again are true at once. */
function seenOrNot(): void {
  if (!document.hidden) tick();
  runOrRest();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) document.addEventListener('visibilitychange', seenOrNot);
  listeners.add(listener);
  runOrRest();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) document.removeEventListener('visibilitychange', seenOrNot);
    runOrRest();
  };
}

/** Renders again each second. @returns a number that changes with it */
export function useSecond(): number {
  return useSyncExternalStore(subscribe, () => second);
}
