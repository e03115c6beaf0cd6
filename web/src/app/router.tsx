import { type AnchorHTMLAttributes, type MouseEvent, useSyncExternalStore } from 'react';

/** A screen reader goes on at the heading of a page that was just opened, and not at a link that is gone. */
let isUnread = false;
const listeners = new Set<() => void>();
const changed = () => {
  for (const listener of listeners) listener();
};

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener('popstate', changed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) window.removeEventListener('popstate', changed);
  };
}

/** The path of the page, without a slash at its end. */
export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname.replace(/\/+$/, ''));
}

export function navigate(to: string): void {
  history.pushState(null, '', to);
  isUnread = true;
  changed();
  window.scrollTo(0, 0);
}

/** Begins the app on a page that showed something else. */
export function beginAt(path: string): void {
  history.replaceState(null, '', path);
  isUnread = true;
}

/** True once after each way to another page: its heading then takes the focus, however late it comes. */
export function takeFocus(): boolean {
  const wasUnread = isUnread;
  isUnread = false;
  return wasUnread;
}

/** A notification that was tapped leads to its page. */
export function followNotifications(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<{ type?: unknown; path?: unknown } | null>) => {
    if (data?.type === 'open' && typeof data.path === 'string' && data.path.startsWith('/app')) navigate(data.path);
  });
}

/** A link within the app; a new tab and the like stay the browser's. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const path = usePath();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(href);
  };
  return <a href={href} onClick={follow} {...(path === href && { 'aria-current': 'page' as const })} {...rest} />;
}
