import { withoutFences } from './pages.js';

const MAX_LINE = 120;
const MAX_WORDS = 25;
const HEAD = /^(Who|What|Of|Whose|Whom|Whoever|Whatever|Where|Which|Whether) /;
const ACCENT = /\b(stands?|standing|stood|tells?|told|telling|beside|anew|somebody)\b/i;

/** Paragraphs, list items, headings and cells of a page: each a text of its own. Code counts as one word. */
function textsOf(markdown: string): string[] {
  const texts: string[] = [];
  let open = '';
  const close = () => {
    if (open) texts.push(open);
    open = '';
  };
  for (const line of withoutFences(markdown.replaceAll(/<!--[\s\S]*?-->/g, '')).split('\n')) {
    if (line.startsWith('|')) {
      close();
      texts.push(...line.split(/(?<!\\)\|/).filter((cell) => !/^[\s:-]*$/.test(cell)));
    } else if (line.trim() === '') close();
    else {
      if (/^\s*([-*>#]|\d+\.)/.test(line)) close();
      open = `${open} ${line}`;
    }
  }
  close();
  return texts.map((text) =>
    text
      .replace(/^\s*([-*>]|#+|\d+\.)\s+/, '')
      .replaceAll(/`[^`]+`/g, 'Code')
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replaceAll(/\*\*|_/g, '')
      .replaceAll(/\s+/g, ' ')
      .trim(),
  );
}

const sentencesOf = (text: string) => text.split(/(?<=[.!?][")]?) (?=[\p{Lu}"(])/u);

/** The faults of a page's language: lines and sentences that are too long, heads without a subject, words of an accent. */
export function faultsOfProse(markdown: string): string[] {
  const faults: string[] = [];
  for (const line of withoutFences(markdown).split('\n')) {
    const isBound = line.startsWith('|') || /^\s*\[[^\]]+\]: /.test(line) || !/\S\s+\S/.test(line.slice(0, MAX_LINE));
    if (line.length > MAX_LINE && !isBound) faults.push(`over ${String(MAX_LINE)} characters: ${line.slice(0, 60)}…`);
  }
  for (const sentence of textsOf(markdown).flatMap(sentencesOf)) {
    const words = sentence.split(' ').filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    if (words > MAX_WORDS) faults.push(`${String(words)} words: ${sentence.slice(0, 80)}…`);
    if (HEAD.test(sentence) && !sentence.endsWith('?')) faults.push(`head: ${sentence.slice(0, 60)}…`);
    const word = ACCENT.exec(sentence)?.[1];
    if (word) faults.push(`refused word "${word}": ${sentence.slice(0, 80)}…`);
  }
  return faults;
}
