const TICK_MS = 5000;
/** A timer that comes this much too late shows that the machine slept. */
const SLEPT_MS = 5000;
/** Those of the document come by the window first; `resume` does not bubble back to it. */
const SIGNS = ['visibilitychange', 'resume', 'pageshow', 'online', 'offline'];

/** Calls `woke` when the page or the machine may have slept, and `network` when the browser says that it is gone or back. */
export function watchWake(woke: () => void, network: (isOnline: boolean) => void): () => void {
  const view = globalThis.window as Window | undefined;
  const noticed = ({ type }: Event) => {
    if (type.startsWith('o')) network(type === 'online');
    else if (type !== 'visibilitychange' || !document.hidden) woke();
  };
  for (const type of SIGNS) view?.addEventListener(type, noticed, true);
  let last = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + SLEPT_MS) woke();
    last = now;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    for (const type of SIGNS) view?.removeEventListener(type, noticed, true);
  };
}
