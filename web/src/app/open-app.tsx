import '../shared/styles/base.css';
import './app.css';
import type { Session } from '@wardline/client';
import { createScreenClient } from '../shared/client.js';
import { preferredLanguage } from '../shared/preferences.js';
import { startScreen } from '../shared/ui/start-screen.js';
import { beginAt, followNotifications } from './router.js';
import { StaffApp } from './staff-app.js';
import { Directories } from './directory.js';
import { readStart } from './session/start.js';
import type en from './messages/en.js';
import { TextsProvider } from './texts.js';
import { Alarm } from '../shared/sound.js';

const catalogues = { en: () => import('./messages/en.js'), ar: () => import('./messages/ar.js'), de: () => import('./messages/de.js') };

/** Puts the staff app in the place of the sign-in. @param session as the server has just told it; undefined: it is asked for */
export function openAppAt(path: string, session: Session | undefined): Promise<void> {
  beginAt(path);
  return openApp(session);
}

/** Shows the staff app on this page, by its address. */
export async function openApp(session?: Session): Promise<void> {
  followNotifications();
  const client = createScreenClient(preferredLanguage());
  const directories = new Directories(client);
  const first = readStart(client, directories, session);
  // Its reader is the page, once there is one.
  first.catch(() => undefined);
  await startScreen<typeof en>(
    catalogues,
    (texts) => (
      <TextsProvider texts={texts}>
        <StaffApp client={client} alarm={new Alarm()} directories={directories} first={first} />
      </TextsProvider>
    ),
    'broken.page',
  );
}
