import type { Wardline } from '@wardline/client';

const LOOK_MS = 30_000;
/** A client reconnects by itself, far sooner. */
const NOT_LIVE_MS = 180_000;
/** A page that was loaded again gets so long before it is loaded once more. */
const PATIENCE_MS = 300_000;
const NEW_RELEASE_MS = 900_000;

/** The page as the server has it now; undefined where the server does not answer. */
async function pageNow(): Promise<string | undefined> {
  try {
    const answer = await fetch('/board', { headers: { Accept: 'text/html' }, cache: 'no-store', signal: AbortSignal.timeout(10_000) });
    return answer.ok ? await answer.text() : undefined;
  } catch {
    return undefined;
  }
}

const scriptOf = (html: string) => /src="(\/assets\/[^"]+)"/.exec(html)?.[1];

/**
 * Keeps a board going for months without a hand: loads the page again when it is not live for long although the server
 * answers, when the client has stopped, and when there is a new release and nothing urgent is open. It never leaves a page
 * that works for one that the server does not have.
 * @returns its end
 */
export function watchBoard(client: Wardline, isCalm: () => boolean): () => void {
  const begun = performance.now();
  let notLiveSince: number | undefined = begun;
  let lastRelease = begun;
  let isLooking = false;
  const own = [...document.scripts].map(({ src }) => new URL(src, location.href).pathname).find((path) => path.startsWith('/assets/'));

  const look = async (): Promise<void> => {
    const now = performance.now();
    if (client.status.phase === 'live') notLiveSince = undefined;
    else notLiveSince ??= now;
    const isStuck = notLiveSince !== undefined && now - notLiveSince > NOT_LIVE_MS && now - begun > PATIENCE_MS;
    const isDue = own !== undefined && now - lastRelease > NEW_RELEASE_MS && isCalm();
    if (!isStuck && !isDue) return;
    const html = await pageNow();
    if (html === undefined) return;
    lastRelease = now;
    if (isStuck || scriptOf(html) !== own) location.reload();
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => {
      isLooking = false;
    });
  }, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}
