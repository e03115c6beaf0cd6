import { LANGUAGES, NAME_OF } from '../texts/i18n.js';
import type { SharedTexts } from '../texts/texts.js';
import { type Look, preferredLook, remember, showLook } from '../preferences.js';
import { useState } from 'react';

/** The page loads again in the language: every text of it changes. */
export function LanguageChoice({ texts }: { texts: SharedTexts }) {
  return (
    <label className="choice">
      <span>{texts.t('language')}</span>
      <select
        className="input"
        value={texts.language}
        onChange={({ target }) => {
          remember('language', target.value);
          location.reload();
        }}
      >
        {LANGUAGES.map((language) => (
          <option key={language} value={language} lang={language}>
            {NAME_OF[language]}
          </option>
        ))}
      </select>
    </label>
  );
}

export function LookChoice({ texts }: { texts: SharedTexts }) {
  const [look, setLook] = useState<Look | 'device'>(preferredLook() ?? 'device');
  return (
    <label className="choice">
      <span>{texts.t('look')}</span>
      <select
        className="input"
        value={look}
        onChange={({ target }) => {
          const next = target.value as Look | 'device';
          setLook(next);
          remember('look', next === 'device' ? undefined : next);
          showLook(next === 'device' ? undefined : next);
        }}
      >
        {(['device', 'light', 'dark'] as const).map((one) => (
          <option key={one} value={one}>
            {texts.t(`look.${one}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
