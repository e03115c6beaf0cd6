import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const DOCS = join(import.meta.dirname, '..');
const REPOSITORY = 'https://github.com/wardline/wardline/blob/main/';
const SECTIONS = [
  ['Tutorial', 'tutorial'],
  ['How-to', 'how-to'],
  ['Reference', 'reference'],
  ['Explanation', 'explanation'],
  ['Decisions', 'adr'],
];

const titleOf = (file) => /^# (.+)$/m.exec(readFileSync(join(DOCS, file), 'utf8'))?.[1] ?? file;
const pagesOf = (folder) =>
  readdirSync(join(DOCS, folder))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => ({ text: titleOf(`${folder}/${name}`), link: `/${folder}/${name.replace(/\.md$/, '')}` }));

/** A link to a file outside of the pages leads to the repository. */
function leaveSite(md) {
  const render = md.renderer.rules.link_open ?? ((tokens, index, options, _env, self) => self.renderToken(tokens, index, options));
  md.core.ruler.push('repository-links', (state) => {
    const page = posix.join('docs', posix.dirname(state.env.relativePath ?? ''));
    for (const { children } of state.tokens)
      for (const token of children ?? []) {
        const href = token.type === 'link_open' ? token.attrGet('href') : null;
        if (!href || /^([a-z]+:|#|\/)/.test(href)) continue;
        const target = posix.normalize(posix.join(page, href.split('#')[0]));
        const isPage = target.startsWith('docs/') && target.endsWith('.md');
        if (!isPage && existsSync(join(DOCS, '..', target))) token.attrSet('href', `${REPOSITORY}${target}`);
      }
  });
  md.renderer.rules.link_open = render;
}

export default {
  title: 'Wardline',
  description: "The real-time backend of a hospital's nurse calls",
  rewrites: (id) => id.replace(/(^|\/)README\.md$/, '$1index.md'),
  srcExclude: ['node_modules/**'],
  markdown: { config: leaveSite },
  themeConfig: {
    search: { provider: 'local' },
    nav: SECTIONS.map(([text, folder]) => ({ text, link: pagesOf(folder)[0]?.link ?? '/' })),
    sidebar: [
      ...SECTIONS.map(([text, folder]) => ({ text, items: pagesOf(folder) })),
      {
        text: 'Rules and words',
        items: ['rules', 'glossary', 'protocol'].map((name) => ({ text: titleOf(`${name}.md`), link: `/${name}` })),
      },
    ],
  },
};
