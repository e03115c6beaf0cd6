import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CONCERNS } from '../../src/platform/config/config.js';
import { scriptsOf } from './commands.js';
import { metricsOfSource, sourcesBelow } from './metrics-of-source.js';
import { codeOf, type Page } from './pages.js';

const SOURCES = ['src', 'tools', 'packages/client/src', 'test/support'];
const OTHER_SOURCES = ['migrations', 'deploy'];
const FILE = /^(?:\.?[\w-]+\/)+[\w.{}*,<>-]*$|^[\w-]+\.(?:ts|md|mjs|json|yml|yaml|conf|sql)$/;
const LOG_EVENT = /^[a-z_]+(?:\.[a-z_]+)+$/;
const METRIC = /^(?:wardline|ws)_[a-z0-9_]+(?=$|\{)/;
const SETTING_LIKE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?=$|=)/;
/** Made by a start, or read by a library. */
const NOT_OURS = /^(?:var\/|dist\/|OTEL_|NODE_|\/)/;
const FILE_END = /\.(?:ts|tsx|js|mjs|cjs|md|json|yml|yaml|conf|sql|sh|env|example|txt|pem|log)$/;

/** The names that the source has, by kind. */
export class KnownNames {
  private readonly text: string;
  private readonly metrics: ReadonlySet<string>;
  private readonly settings = new Set<string>(Object.values(CONCERNS).flatMap((schema) => Object.keys(schema.shape)));
  private readonly scripts: ReadonlySet<string>;

  constructor(private readonly root: string) {
    const files = SOURCES.flatMap((folder) => sourcesBelow(join(root, folder)));
    for (const folder of OTHER_SOURCES)
      files.push(
        ...readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
          .filter((one) => one.isFile())
          .map((one) => join(one.parentPath, one.name)),
      );
    this.text = files.map((file) => readFileSync(file, 'utf8')).join('\n');
    this.metrics = new Set(metricsOfSource(join(root, 'src')).map(({ name }) => name));
    this.scripts = new Set([...scriptsOf(root).keys(), 'ci', 'install', 'start', 'test']);
  }

  /** The names of a page that the source does not have. */
  unknown({ path, text }: Page): string[] {
    const names = new Set(codeOf(text));
    const commands = [...text.matchAll(/npm run (?:--silent )?([\w:]+[\w:-]*)/g)].map(([, name = '']) => name);
    return [
      ...commands.filter((name) => !this.scripts.has(name) && !this.scriptsBelow(path).has(name)).map((name) => `npm run ${name}`),
      ...[...names].filter((name) => this.isUnknown(name, path)),
    ];
  }

  private isUnknown(name: string, page: string): boolean {
    if (NOT_OURS.test(name)) return false;
    const metric = METRIC.exec(name)?.[0];
    if (metric && !this.hasWord(metric)) return !this.metrics.has(metric.replace(/_(bucket|sum|count)$/, ''));
    const setting = SETTING_LIKE.exec(name)?.[0];
    if (setting) return !this.settings.has(setting) && !this.hasWord(setting);
    if (FILE.test(name) && FILE_END.test(name)) return !this.hasFile(name, page);
    if (LOG_EVENT.test(name) && !FILE_END.test(name)) return this.isLikeEvent(name) && !this.text.includes(name);
    return false;
  }

  private hasWord(word: string): boolean {
    return new RegExp(`(?<![\\w])${word}(?![\\w])`).test(this.text);
  }

  /** Events have a district of their own in front, or words that are joined; `request.body` has neither. */
  private isLikeEvent(name: string): boolean {
    return name.includes('_') || this.text.includes(`'${name.split('.', 1)[0] ?? ''}.`);
  }

  /** A path from the root, from the page, or the end of a path in the source. */
  private hasFile(name: string, page: string): boolean {
    if (/[{}*<>]/.test(name)) return true;
    const places = [this.root, join(this.root, page, '..'), ...['deploy', 'docs', 'src'].map((folder) => join(this.root, folder))];
    return places.some((place) => existsSync(join(place, name))) || this.text.includes(name) || this.isInTree(name);
  }

  private tree: readonly string[] | undefined;
  private isInTree(name: string): boolean {
    this.tree ??= ['src', 'test', 'tools', 'deploy', 'migrations', 'packages', 'docs']
      .flatMap((folder) => readdirSync(join(this.root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `/${path}`))
      .filter((path) => !path.includes('node_modules'));
    return this.tree.some((path) => path.endsWith(`/${name}`));
  }

  private scriptsBelow(page: string): ReadonlySet<string> {
    return page.startsWith('docs/') ? new Set(scriptsOf(join(this.root, 'docs')).keys()) : new Set();
  }
}
