const TICK_MS = 5000;
/** A timer that comes this much too late shows that the machine slept. */
const SLEPT_MS = 5000;

type Target = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** Calls `woke` when the page or the machine may have slept, and `network` when the browser says that it is gone or back. */
export function watchWake(woke: () => void, network: (isOnline: boolean) => void): () => void {
  const undos: (() => void)[] = [];
  const listen = (target: Target | undefined, type: string, listener: () => void) => {
    if (!target) return;
    target.addEventListener(type, listener);
    undos.push(() => {
      target.removeEventListener(type, listener);
    });
  };
  const page = typeof document === 'undefined' ? undefined : document;
  const view = typeof window === 'undefined' ? undefined : window;
  listen(page, 'visibilitychange', () => {
    if (page?.visibilityState === 'visible') woke();
  });
  listen(page, 'resume', woke);
  listen(view, 'pageshow', woke);
  listen(view, 'online', () => {
    network(true);
  });
  listen(view, 'offline', () => {
    network(false);
  });
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + SLEPT_MS) woke();
    last = now;
  }, TICK_MS);
  undos.push(() => {
    clearInterval(timer);
  });
  return () => {
    for (const undo of undos.splice(0)) undo();
  };
}
