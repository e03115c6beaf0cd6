/** Braces and brackets alone. */
const PUNCTUATION = /^[\s{}[\]();,|]*$/;
/** Nest calls constructors: their parameters are no promise. */
const CONSTRUCTOR = /^ *(?:protected )?constructor\([^]*?\);\n/gm;

/** The declaration of each public name, as `docs/reference/public-api.md` holds it. */
function declarationsOf(report: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const section of report.split(/^## /m).slice(1)) {
    const entry = /^`(.*)`/.exec(section)?.[1] ?? '';
    for (const [, name = '', text = ''] of section.matchAll(/^### `(.*)`\n\n```ts\n([^]*?)^```$/gm)) found.set(`${entry} ${name}`, text);
  }
  return found;
}

const linesOf = (text: string): string[] =>
  text
    .replaceAll(CONSTRUCTOR, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !PUNCTUATION.test(line));

/**
 * Finds public names of an earlier release that vanished, and lines of their declarations that are not as they were. A line that was only widened is
 * found, too: whoever widens it says so where the releases are compared.
 * @param was `docs/reference/public-api.md` of the earlier release
 * @returns a line for each
 */
export function declarationChanges(was: string, is: string): string[] {
  const now = declarationsOf(is);
  const before = declarationsOf(was);
  if (before.size === 0) throw new Error('the report of the earlier release names nothing');
  return [...before].flatMap(([name, text]) => {
    const declared = now.get(name);
    if (declared === undefined) return [`${name}: vanished`];
    const lines = new Set(linesOf(declared));
    return linesOf(text)
      .filter((line) => !lines.has(line))
      .map((line) => `${name}: ${line}`);
  });
}
