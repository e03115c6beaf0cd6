import { parseEnv } from 'node:util';

const LINE = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;
const QUOTES = /^["'`]/;

interface EnvFile {
  readonly values: Readonly<Record<string, string>>;
  /** One for each line that cannot be read and each name that is not known, with its line's number; never a value. */
  readonly problems: readonly string[];
}

/**
 * Reads the text of an `.env` file as Node does, and finds what Node passes over in silence.
 * @param text without a byte order mark at its beginning, or with one
 * @param settings the names from which the nearest is suggested
 */
export function parseEnvFile(text: string, isKnown: (name: string) => boolean, settings: readonly string[]): EnvFile {
  const content = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  const problems: string[] = [];
  const lines = content.split('\n');
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const place = `line ${String(index + 1)}`;
    if (/^\s*(#|$)/.test(line)) continue;
    const [, name, value = ''] = LINE.exec(line) ?? [];
    if (name === undefined) {
      problems.push(`${place}: ${line.includes('=') ? 'has no readable name' : 'has no ='}; example: PORT=8443`);
      continue;
    }
    if (!isKnown(name)) problems.push(`${place}: ${name} is not a setting; the nearest is ${nearest(name, settings)}`);
    const quote = QUOTES.exec(value)?.[0];
    if (quote === undefined) continue;
    // A quoted value may go on over lines.
    const end = closingLine(lines, index, value, quote);
    if (end === undefined) problems.push(`${place}: ${name} has a quote that is not closed; example: ${name}="..."`);
    else index = end;
  }
  return { values: problems.length > 0 ? {} : (parseEnv(content) as Record<string, string>), problems };
}

function closingLine(lines: readonly string[], from: number, value: string, quote: string): number | undefined {
  if (value.slice(1).includes(quote)) return from;
  const later = lines.findIndex((line, index) => index > from && line.includes(quote));
  return later === -1 ? undefined : later;
}

function nearest(name: string, candidates: readonly string[]): string {
  const upper = name.toUpperCase();
  const [best] = candidates.map((one) => ({ one, distance: editDistance(upper, one) })).sort((a, b) => a.distance - b.distance);
  return best?.one ?? '';
}

/** Levenshtein: insertions, deletions, substitutions. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (previous[column - 1] ?? 0) + (isSame ? 0 : 1)));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}
