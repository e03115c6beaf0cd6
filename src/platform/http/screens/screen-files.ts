import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, sep } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
};

/** A file of the build as it goes out: compressed by the build, where that makes it smaller. */
export interface ScreenFile {
  readonly type: string;
  readonly etag: string;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

/**
 * All files of the build, by their path. They are read once: neither a full table of open files nor a build that replaces
 * them meanwhile can fail a request, or the process, as reading at each request does (sirv: an unhandled `error`).
 */
export function readScreenFiles(folder: string): ReadonlyMap<string, ScreenFile> {
  const files = new Map<string, ScreenFile>();
  if (!existsSync(join(folder, 'index.html'))) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)];
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(folder.length).split(sep).join('/');
    if (!entry.isFile() || type === undefined || path.startsWith('/.')) continue;
    const plain = readFileSync(file);
    files.set(path, { type, etag: etagOf(plain), plain, br: compressed(`${file}.br`), gzip: compressed(`${file}.gz`) });
  }
  return files;
}

/** A text that no build compressed. @param extension with its dot */
export function toScreenFile(extension: '.html' | '.css', text: string): ScreenFile {
  const plain = Buffer.from(text);
  return { type: TYPES[extension] ?? '', etag: etagOf(plain), plain, br: brotliCompressSync(plain), gzip: gzipSync(plain) };
}

function etagOf(content: Buffer): string {
  return `"${createHash('sha256').update(content).digest('base64url').slice(0, 27)}"`;
}

function compressed(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}
