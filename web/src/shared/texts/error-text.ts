import { WardlineError } from '@wardline/client';
import type { SharedTexts } from './texts.js';

/** A person's remedy for an error; `error.CODE` of the catalogue, if there is one. */
export function errorText(texts: SharedTexts, error: unknown): string {
  const code = error instanceof WardlineError ? error.code : 'INTERNAL';
  const key = `error.${code}`;
  return texts.has(key) ? texts.t(key as 'error.other') : texts.t('error.other', { code });
}
