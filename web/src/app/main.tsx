import '../shared/styles/base.css';
import './app.css';
import { createScreenClient } from '../shared/client.js';
import { preferredLanguage } from '../shared/preferences.js';
import { startScreen } from '../shared/ui/start-screen.js';
import { followNotifications } from './router.js';
import { StaffApp } from './staff-app.js';
import { Directories } from './directory.js';
import { readStart } from './session/start.js';
import type en from './messages/en.js';
import { TextsProvider } from './texts.js';
import { Alarm } from '../shared/sound.js';

const catalogues = { en: () => import('./messages/en.js'), ar: () => import('./messages/ar.js'), de: () => import('./messages/de.js') };

followNotifications();
const client = createScreenClient(preferredLanguage());
const directories = new Directories(client);
const first = readStart(client, directories);
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
