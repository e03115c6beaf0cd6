import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary, reloadOnceForLostChunks, reloadWithBackOff } from './error-boundary.js';
import { type Catalogue, type Language, type Translation, Translator } from '../texts/i18n.js';
import { applyPreferences } from '../preferences.js';
import { registerServiceWorker } from '../service-worker.js';

type Catalogues<C extends Catalogue> = Record<Language, () => Promise<{ default: Translation<C> }>>;

/** Begins a page: its language, its look, its root with a last resort. Only the catalogue of the language is loaded. */
export async function startScreen<C extends Catalogue>(
  catalogues: Catalogues<C>,
  render: (texts: Translator<C>) => ReactNode,
  brokenText: keyof C & string,
): Promise<void> {
  reloadOnceForLostChunks();
  registerServiceWorker();
  const language = applyPreferences();
  const texts = new Translator<C>(language, (await catalogues[language]()).default);
  const root = document.getElementById('root');
  if (!root) throw new Error('the page has no #root');
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary
        onError={reloadWithBackOff}
        fallback={
          <p role="alert" className="broken-root">
            {texts.t(brokenText)}
          </p>
        }
      >
        {render(texts)}
      </ErrorBoundary>
    </StrictMode>,
  );
}
