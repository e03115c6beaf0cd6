/// <reference lib="webworker" />
import { isAsset, shellOf } from './paths.js';
import { readPush } from './push.js';

declare const self: ServiceWorkerGlobalScope;

/**
 * The service worker: an installed screen opens without a network, and then says NOT LIVE itself. It keeps the shells of
 * pages, which hold no data, and the hashed assets; nothing of `/api`, `/g` or `/ws` passes through it. A push is shown, and a tap
 * on it opens the staff app; it gives no command.
 */
const CACHE = 'wardline-shell-1';
const MOST_ASSETS = 120;
/** A server that is silent is as good as none. */
const PATIENCE_MS = 5000;

self.addEventListener('install', () => {
  void self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  const shell = request.mode === 'navigate' ? shellOf(url.pathname) : undefined;
  if (shell !== undefined) event.respondWith(page(request, shell, event));
  else if (isAsset(url.pathname)) event.respondWith(asset(request, event));
});

self.addEventListener('push', (event) => {
  const { title, body, tag, path } = readPush(event.data?.text());
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: '/icon-192.png', data: { path } }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  const { path } = event.notification.data as { path: string };
  event.waitUntil(openApp(path));
});

/** The staff app that is open already comes to the front; it goes to the page by itself, and loses nothing of its own. */
async function openApp(path: string): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window' });
  const app = windows.find(({ url }) => shellOf(new URL(url).pathname) === '/app');
  if (!app) {
    await self.clients.openWindow(path);
    return;
  }
  app.postMessage({ type: 'open', path });
  await app.focus();
}

/** The server's page; the kept one where the server does not answer. */
async function page(request: Request, shell: string, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) event.waitUntil(cache.put(shell, answer.clone()));
    return answer;
  } catch (error) {
    const kept = await cache.match(shell);
    if (kept) return kept;
    throw error;
  }
}

/** A hashed file never changes: the kept one is right. */
async function asset(request: Request, event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keep(cache, request, answer.clone()));
  return answer;
}

/** The oldest give way: they belong to releases that are gone. */
async function keep(cache: Cache, request: Request, answer: Response): Promise<void> {
  await cache.put(request, answer);
  const assets = (await cache.keys()).filter(({ url }) => isAsset(new URL(url).pathname));
  for (const old of assets.slice(0, Math.max(0, assets.length - MOST_ASSETS))) await cache.delete(old);
}
