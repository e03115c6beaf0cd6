import '../shared/styles/base.css';
import './links.css';
import { createScreenClient } from '../shared/client.js';
import { preferredLanguage } from '../shared/preferences.js';
import { startScreen } from '../shared/ui/start-screen.js';
import { ConsoleApp } from './console-app.js';
import type en from './messages/en.js';
import { TextsProvider } from './texts.js';

const client = createScreenClient(preferredLanguage());

void startScreen<typeof en>(
  { en: () => import('./messages/en.js'), ar: () => import('./messages/ar.js'), de: () => import('./messages/de.js') },
  (texts) => (
    <TextsProvider texts={texts}>
      <ConsoleApp client={client} />
    </TextsProvider>
  ),
  'broken.page',
);
