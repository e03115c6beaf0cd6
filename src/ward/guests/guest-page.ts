import type { GuestState, Wish } from './guest-calls.service.js';
import { guestTexts } from './guest-texts.js';

/** What the page shows. */
export interface GuestPage {
  /** The page's own path. */
  path: string;
  language: string;
  /** That the page can be read in. */
  languages: readonly string[];
  state: GuestState;
  wishes: readonly Wish[];
  /** One press, however often the form is sent. */
  key: string;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function frame(language: string, body: string): string {
  const { dir, title } = guestTexts(language);
  return `<!doctype html>
<html lang="${escape(language)}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escape(title)}</title>
<link rel="stylesheet" href="/g/-/guest.css">
<script src="/g/-/guest.js" defer></script>
</head>
<body><main>
<h1>${escape(title)}</h1>
${body}
</main></body>
</html>
`;
}

/** The page of a bed: one form with one button, and what has come of the last press. */
export function renderGuestPage({ path, language, languages, state, wishes, key }: GuestPage): string {
  const texts = guestTexts(language);
  const action = `${path}?lang=${encodeURIComponent(language)}`;
  const choice = (id: string, label: string, checked = false) =>
    `<label><input type="radio" name="type" value="${escape(id)}"${checked ? ' checked' : ''}> ${escape(label)}</label>`;
  const choices = [choice('patient_normal', texts.usual, true), ...wishes.map(({ id, labels }) => choice(id, labels[language] ?? id))];
  const others = languages
    .filter((one) => one !== language)
    .map((one) => `<a href="${escape(path)}?lang=${encodeURIComponent(one)}" lang="${escape(one)}">${escape(guestTexts(one).own)}</a>`);
  const words = Object.entries(texts.states).map(([name, text]) => `data-${name.replaceAll('_', '-')}="${escape(text)}"`);
  return frame(
    language,
    `<p role="status" data-guest-state="${state}" ${words.join(' ')}>${escape(texts.states[state])}</p>
<form method="post" action="${escape(action)}" data-path="${escape(path)}">
<input type="hidden" name="key" value="${escape(key)}">
${wishes.length > 0 ? `<fieldset><legend>${escape(texts.choose)}</legend>${choices.join('')}</fieldset>` : ''}
<button data-guest="press">${escape(texts.press)}</button>
</form>
<p class="safe">${escape(texts.safe)}</p>
${others.length > 0 ? `<nav>${others.join(' ')}</nav>` : ''}`,
  );
}

/** A page that says why there is no button. */
export function renderGuestRefusal(language: string, why: 'gone' | 'crowded' | 'busy'): string {
  const texts = guestTexts(language);
  const safe = why === 'busy' ? `\n<p class="safe">${escape(texts.safe)}</p>` : '';
  return frame(language, `<p role="alert">${escape(texts[why])}</p>${safe}`);
}
