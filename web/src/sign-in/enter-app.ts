import type { Session } from '@wardline/client';

/** A form that is sent while the session is looked up finds both at once: one of them goes on. */
let isEntered = false;

/**
 * Goes on to a page of ours. The staff app takes the place of the sign-in on the same page: the scripts and the session are there
 * already, and a load would fetch both again.
 * @param session as the server has just told it; undefined: it is asked for
 */
export async function enter(path: string, session: Session | undefined): Promise<void> {
  if (isEntered) return;
  isEntered = true;
  if (!/^\/app\b/.test(path)) {
    location.replace(path);
    return;
  }
  try {
    const { openAppAt } = await import('../app/open-app.js');
    await openAppAt(path, session);
  } catch {
    location.replace(path);
  }
}
