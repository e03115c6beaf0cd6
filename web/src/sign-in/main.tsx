import '../shared/styles/base.css';
import './sign-in.css';
import { createClient } from '@wardline/client';
import { startScreen } from '../shared/ui/start-screen.js';
import type en from './messages/en.js';
import { SignInPage } from './sign-in-page.js';
import { TextsProvider } from './texts.js';

const catalogues = { en: () => import('./messages/en.js'), ar: () => import('./messages/ar.js'), de: () => import('./messages/de.js') };

await startScreen<typeof en>(
  catalogues,
  (texts) => (
    <TextsProvider texts={texts}>
      <SignInPage client={createClient({ locale: texts.language })} />
    </TextsProvider>
  ),
  'broken.page',
);
