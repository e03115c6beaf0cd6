import '../shared/styles/base.css';
import './board.css';
import { preferredLanguage } from '../shared/preferences.js';
import { startScreen } from '../shared/ui/start-screen.js';
import { BoardApp } from './board-app.js';
import { createBoardClient } from './pairing/board-client.js';
import type en from './messages/en.js';
import { TextsProvider } from './texts.js';

const client = createBoardClient(preferredLanguage());

void startScreen<typeof en>(
  { en: () => import('./messages/en.js'), ar: () => import('./messages/ar.js'), de: () => import('./messages/de.js') },
  (texts) => (
    <TextsProvider texts={texts}>
      <BoardApp client={client} />
    </TextsProvider>
  ),
  'broken.page',
);
