import { createContext, type ReactNode, useContext } from 'react';
import type { Catalogue, Language, Translator, Values } from './i18n.js';
import type en from '../messages/en.js';

/** The texts of any entry: each holds the shared words. */
export interface SharedTexts {
  readonly language: Language;
  t(key: keyof typeof en, values?: Values): string;
  has(key: string): boolean;
}

/** The texts of an entry for its components, typed by the keys of its catalogue. */
export function createTexts<C extends Catalogue>() {
  const Context = createContext<Translator<C> | undefined>(undefined);
  function TextsProvider({ texts, children }: { texts: Translator<C>; children: ReactNode }) {
    return <Context.Provider value={texts}>{children}</Context.Provider>;
  }
  function useTexts(): Translator<C> {
    const texts = useContext(Context);
    if (!texts) throw new Error('useTexts needs a <TextsProvider> above it');
    return texts;
  }
  return { TextsProvider, useTexts };
}
