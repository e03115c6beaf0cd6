import type { Status, Wardline } from '@wardline/client';
import type { Protocol } from '@wardline/client';

/** A start, or a reconnect within it, is no alarm yet. */
const FIRST_CONNECT_MS = 3000;

export interface NotLiveTexts {
  readonly title: string;
  /** The time since when. */
  since(at: number): string;
  reason(status: Status): string;
  /** The label of a button that loads the page, where nothing else helps. */
  readonly load: string;
}

let said: string | undefined;
const listeners = new Set<() => void>();

function say(text: string | undefined): void {
  said = text;
  for (const listener of [...listeners]) listener();
}

/** The words of the banner, for a dialog: it covers the page, and with it the banner. Undefined while the page is live. */
export const notLiveText = (): string | undefined => said;

export function onNotLive(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Says NOT LIVE on the whole page, in the same turn as the status changes. It needs neither React nor a working screen.
 * @returns its end
 */
export function watchLiveness<P extends Protocol>(client: Wardline<P>, texts: NotLiveTexts): () => void {
  const root = document.documentElement;
  const banner = document.createElement('div');
  banner.className = 'not-live';
  document.body.prepend(banner);
  let hasBeenLive = false;
  let patience: ReturnType<typeof setTimeout> | undefined;

  const show = (status: Status) => {
    root.dataset['notLive'] = '';
    banner.setAttribute('role', 'alert');
    const title = document.createElement('strong');
    title.textContent = texts.title;
    const since = document.createElement('span');
    since.textContent = texts.since(status.since);
    const reason = document.createElement('span');
    reason.className = 'reason';
    reason.textContent = texts.reason(status);
    banner.replaceChildren(title, since, reason);
    if (status.phase === 'stopped') {
      const load = document.createElement('button');
      load.className = 'button';
      load.textContent = texts.load;
      load.addEventListener('click', () => {
        location.reload();
      });
      banner.append(load);
    }
    say([title, since, reason].map(({ textContent }) => textContent).join(' '));
  };
  const hide = () => {
    delete root.dataset['notLive'];
    banner.removeAttribute('role');
    banner.replaceChildren();
    say(undefined);
  };
  const update = (status: Status) => {
    root.dataset['phase'] = status.phase;
    clearTimeout(patience);
    if (status.phase === 'live') {
      hasBeenLive = true;
      hide();
    } else if (hasBeenLive || status.phase === 'stopped') show(status);
    else {
      patience = setTimeout(() => {
        show(client.status);
      }, FIRST_CONNECT_MS);
    }
  };
  update(client.status);
  const undo = client.on('status', update);
  return () => {
    undo();
    clearTimeout(patience);
    banner.remove();
    say(undefined);
    delete root.dataset['notLive'];
    delete root.dataset['phase'];
  };
}
