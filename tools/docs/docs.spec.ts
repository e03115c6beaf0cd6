import 'reflect-metadata';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../src/platform/system/package-root.js';
import { KnownNames } from './names.js';
import { anchorsOf, pagesOf, withoutFences, type Page } from './pages.js';
import { faultsOfProse } from './prose.js';
import { renderReference } from './reference.js';

const root = packageRoot();
const pages = pagesOf(root);
const isGenerated = ({ path }: Page) => path.startsWith('docs/reference/') || path === 'docs/protocol.md';

/** The links of a page whose file or heading does not exist. */
function deadLinks({ path, text }: Page): string[] {
  const links = [...withoutFences(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && target.endsWith('.md') && !anchorsOf(readFileSync(join(root, target), 'utf8')).has(anchor);
  });
}

describe('the documents', () => {
  // `npm run docs` runs this test with --update, which writes the files.
  it('have a reference that equals the source', async () => {
    for (const [name, text] of Object.entries(await renderReference()))
      await expect(text).toMatchFileSnapshot(join(root, 'docs/reference', name));
  });

  it.for(pages)('$path has no dead link', (page) => {
    expect(deadLinks(page)).toEqual([]);
  });

  const names = new KnownNames(root);
  it.for(pages.filter(({ path }) => !/CHANGELOG/.test(path)))('$path names only things that the source has', (page) => {
    expect(names.unknown(page)).toEqual([]);
  });

  it.for(pages.filter((page) => !isGenerated(page)))('$path is in plain English', (page) => {
    expect(faultsOfProse(page.text)).toEqual([]);
  });
});

describe('the checks of documents', () => {
  const unknown = (text: string) => new KnownNames(root).unknown({ path: 'docs/x.md', text });

  it('find a log event, a metric, a setting, a file and a command that do not exist', () => {
    expect(unknown('`start.few_file_descriptors` `wardline_nothing_total` `MAX_NOTHING` `src/nothing.ts` npm run nothing')).toHaveLength(5);
    expect(unknown('`redis.away` `wardline_cluster_up` `MAX_CONNECTIONS` `src/main.ts` npm run press')).toEqual([]);
  });

  it('find long lines, long sentences, heads without a subject, and words of an accent', () => {
    const long = `${'word '.repeat(26)}end.`;
    expect(faultsOfProse(`${long}\n\nWho is on duty is asked.\n\nThe state stands here.\n`)).toHaveLength(4);
    expect(faultsOfProse('The person on duty is asked. `what stands here` is code.\n')).toEqual([]);
  });
});
