import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export interface Page {
  /** Path below the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const SKIPPED = /(^|\/)(node_modules|\.vitepress|dist|var)\//;

/** Every Markdown page of the repository's root and of docs/. */
export function pagesOf(root: string): Page[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' }).map((name) => join('docs', name));
  return [...readdirSync(root), ...docs]
    .filter((path) => path.endsWith('.md') && !SKIPPED.test(path))
    .map((path) => ({ path: relative(root, join(root, path)), text: readFileSync(join(root, path), 'utf8') }))
    .sort((one, other) => one.path.localeCompare(other.path));
}

export const withoutFences = (text: string) => text.replace(/^( *)```[\s\S]*?^\1```/gm, '').replace(/^(?: {4}.*\n)+/gm, '');

/** The anchors of a page, as GitHub and VitePress make them from its headings. */
export function anchorsOf(text: string): Set<string> {
  const heads = [...withoutFences(text).matchAll(/^#{1,6} +(.+)$/gm)].map(([, head = '']) => head);
  const slug = (head: string) =>
    head
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
  return new Set(heads.map(slug));
}

/** The inline code of a page. */
export const codeOf = (text: string) => [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
