import { directionOf, type Language, LANGUAGES } from './texts/i18n.js';

export type Look = 'light' | 'dark';
export const COLOURS = ['iec-60601-1-8', 'din-vde-0834', 'htm-08-03'] as const;
export type Colours = (typeof COLOURS)[number];

const PREFIX = 'wardline.';

/** The storage of the origin; undefined where the browser forbids it. */
export function ownStorage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** Without storage a choice lasts as long as the page. */
export function remembered(name: string): string | undefined {
  return ownStorage()?.getItem(PREFIX + name) ?? undefined;
}

export function remember(name: string, value: string | undefined): void {
  const storage = ownStorage();
  try {
    if (value === undefined) storage?.removeItem(PREFIX + name);
    else storage?.setItem(PREFIX + name, value);
  } catch {
    // It is full.
  }
}

/** `?lang=`, the choice made here before, the browser's, English. */
export function preferredLanguage(): Language {
  const wanted = [new URLSearchParams(location.search).get('lang'), remembered('language'), ...navigator.languages];
  for (const tag of wanted) {
    const found = LANGUAGES.find((language) => tag?.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'en';
}

export function showLanguage(language: Language): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** No choice: as the device is. */
export function showLook(look: Look | undefined): void {
  if (look === undefined) delete document.documentElement.dataset['look'];
  else document.documentElement.dataset['look'] = look;
}

export function preferredLook(): Look | undefined {
  const look = new URLSearchParams(location.search).get('look') ?? remembered('look');
  return look === 'light' || look === 'dark' ? look : undefined;
}

/** `?colours=`, the choice made here before, the hospital's (`<meta name="wardline-colours">`), IEC 60601-1-8. */
export function preferredColours(): Colours {
  const ofPage = document.querySelector<HTMLMetaElement>('meta[name="wardline-colours"]')?.content;
  const wanted = [new URLSearchParams(location.search).get('colours'), remembered('colours'), ofPage];
  const isKnown = (name: string | null | undefined): name is Colours => COLOURS.some((one) => one === name);
  return wanted.find(isKnown) ?? COLOURS[0];
}

export function showColours(colours: Colours): void {
  document.documentElement.dataset['colours'] = colours;
}

/** The first step of every page. */
export function applyPreferences(): Language {
  const language = preferredLanguage();
  showLanguage(language);
  showLook(preferredLook());
  showColours(preferredColours());
  return language;
}
