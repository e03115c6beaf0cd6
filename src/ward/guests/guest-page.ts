import type { GuestState, Wish } from './guest-calls.service.js';
import { guestTexts } from './guest-texts.js';

/** All that the page shows. */
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

/** A page that says why there is no button, or that a press did not arrive. */
export type GuestRefusal = 'gone' | 'crowded' | 'busy' | 'failed';

const LOOK_AGAIN_SEC = 20;
const icon = (paths: string) => `<svg viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;
const BELL = icon('<path d="M6 16v-5a6 6 0 0 1 12 0v5l2 2H4z"/><path d="M10 21h4"/>');
const WALKING = icon('<circle cx="13" cy="4" r="1.6"/><path d="m7 21 3-6-1-5 4-2 2 4 3 1M11 14l3 3 1 4M9 10l-2 3"/>');
const CHECK = icon('<path d="m5 12.5 4.5 4.5L19 7.5"/>');
const WALL = icon('<rect x="5" y="3" width="14" height="18" rx="3"/><circle cx="12" cy="12" r="3.5"/>');

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function frame(language: string, nav: string, body: string, head = ''): string {
  const { dir, title, skip } = guestTexts(language);
  const past = nav === '' ? '' : `<a class="skip" href="#press">${escape(skip)}</a>`;
  return `<!doctype html>
<html lang="${escape(language)}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${escape(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/g/-/guest.css">
${head}<script src="/g/-/guest.js" defer></script>
</head>
<body>${past}<main>
<header><h1>${escape(title)}</h1>${nav}</header>
${body}
</main></body>
</html>
`;
}

function languageLinks(path: string, language: string, languages: readonly string[]): string {
  const links = languages
    .filter((one) => one !== language)
    .map((one) => {
      const { own, dir } = guestTexts(one);
      return `<a href="${escape(path)}?lang=${encodeURIComponent(one)}" lang="${escape(one)}" hreflang="${escape(one)}" dir="${dir}">${escape(own)}</a>`;
    });
  return links.length > 0 ? `<nav aria-label="${escape(guestTexts(language).languages)}">${links.join('')}</nav>` : '';
}

function progress(language: string, state: GuestState): string {
  const texts = guestTexts(language);
  const step = (of: Exclude<GuestState, 'idle'>, picture: string) =>
    `<li${of === state ? ' aria-current="step"' : ''}>${picture}${escape(texts.steps[of])}</li>`;
  return `<section data-guest-state="${state}" aria-label="${escape(texts.progress)}">
<ol>${step('sent', BELL)}${step('on_the_way', WALKING)}${step('done', CHECK)}</ol>
<p role="status">${escape(texts.states[state])}</p>
</section>`;
}

/** The page of a bed: one form with one button, and how far help has come. */
export function renderGuestPage({ path, language, languages, state, wishes, key }: GuestPage): string {
  const texts = guestTexts(language);
  const here = `${path}?lang=${encodeURIComponent(language)}`;
  const choice = (id: string, label: string, checked = false) =>
    `<label><input type="radio" name="type" value="${escape(id)}"${checked ? ' checked' : ''}><span>${escape(label)}</span></label>`;
  const nameOf = ({ id, labels }: Wish) => labels[language] ?? languages.map((one) => labels[one]).find((one) => one !== undefined) ?? id;
  const choices = [choice('patient_normal', texts.usual, true), ...wishes.map((wish) => choice(wish.id, nameOf(wish)))];
  const { sending, retrying, failed, offline, press } = texts;
  const said = Object.entries({ path, press, sending, retrying, failed, offline, ...texts.states });
  const data = said.map(([name, text]) => `data-${name.replaceAll('_', '-')}="${escape(text)}"`).join(' ');
  const isWaiting = state === 'sent' || state === 'on_the_way';
  return frame(
    language,
    languageLinks(path, language, languages),
    `${progress(language, state)}
<p role="alert"></p>
<form method="post" action="${escape(here)}" ${data}>
<input type="hidden" name="key" value="${escape(key)}">
${wishes.length > 0 ? `<fieldset><legend>${escape(texts.choose)}</legend>${choices.join('')}</fieldset>` : ''}
<button data-guest="press" id="press">${BELL}<span>${escape(press)}</span></button>
</form>
<noscript><a class="again" href="${escape(here)}">${escape(texts.again)}</a></noscript>
<p class="safe">${WALL}<span>${escape(texts.safe)}</span></p>`,
    isWaiting ? `<noscript><meta http-equiv="refresh" content="${String(LOOK_AGAIN_SEC)};url=${escape(here)}"></noscript>\n` : '',
  );
}

/** @param back the page to try again from */
export function renderGuestRefusal(language: string, why: GuestRefusal, back?: string): string {
  const texts = guestTexts(language);
  const again = back === undefined ? '' : `<a class="again" href="${escape(back)}">${escape(texts.again)}</a>\n`;
  const safe = `<p class="safe">${WALL}<span>${escape(texts.safe)}</span></p>`;
  return frame(language, '', `<p role="alert">${escape(texts[why])}</p>\n${again}${safe}`);
}
