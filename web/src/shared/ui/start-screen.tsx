import { type ReactNode, StrictMode } from 'react';
import { createRoot, type Root } from 'react-dom/client';
import { ErrorBoundary, reloadOnceForLostChunks, reloadWithBackOff } from './error-boundary.js';
import { type Catalogue, type Language, type Translation, Translator } from '../texts/i18n.js';
import { applyPreferences } from '../preferences.js';
import { registerServiceWorker } from '../service-worker.js';

type Catalogues<C extends Catalogue> = Record<Language, () => Promise<{ default: Translation<C> }>>;

/** The one of this page. */
let root: Root | undefined;

function rootOfPage(): Root {
  const element = document.getElementById('root');
  if (!element) throw new Error('the page has no #root');
  reloadOnceForLostChunks();
  registerServiceWorker();
  return createRoot(element);
}

/**
 * Begins a screen: its language, its look, its root with a last resort. Only the catalogue of the language is loaded. The second screen of
 * a page takes the place of the first.
 */
export async function startScreen<C extends Catalogue>(
  catalogues: Catalogues<C>,
  render: (texts: Translator<C>) => ReactNode,
  brokenText: keyof C & string,
): Promise<void> {
  root ??= rootOfPage();
  const language = applyPreferences();
  const texts = new Translator<C>(language, (await catalogues[language]()).default);
  root.render(
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
