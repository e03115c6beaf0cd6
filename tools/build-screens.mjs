// Builds the screens into web/dist: Vite, then each text compressed once, as it is served.
import { execSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import process from 'node:process';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const WEB = join(import.meta.dirname, '../web');
const DIST = join(WEB, 'dist');
const MANIFEST = join(DIST, '.vite/manifest.json');
const COMPRESSED = new Set(['.js', '.css', '.html', '.svg', '.webmanifest', '.json']);

/** The hashed files that a build made; none where there was no build. */
function assetsOfBuild() {
  if (!existsSync(MANIFEST)) return [];
  const entries = Object.values(JSON.parse(readFileSync(MANIFEST, 'utf8')));
  return entries.flatMap(({ file, css = [], assets = [] }) => [file, ...css, ...assets]);
}

export function buildScreens() {
  const predecessor = assetsOfBuild();
  // A test run has an environment of its own, and would get React's slow half.
  const env = { ...process.env, NODE_ENV: 'production' };
  execSync('npx vite build --logLevel warn', { cwd: WEB, env, stdio: ['ignore', 'inherit', 'inherit'] });
  // Pages that are open, and nodes of both releases at once, still ask for the predecessor's files. Older ones go.
  const kept = new Set([...predecessor, ...assetsOfBuild()]);
  const assets = join(DIST, 'assets');
  for (const name of readdirSync(assets)) if (!kept.has(`assets/${name.replace(/\.(br|gz)$/, '')}`)) rmSync(join(assets, name));
  for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && COMPRESSED.has(extname(file)) && !entry.parentPath.includes('.vite')) compress(file);
  }
}

function compress(file) {
  const text = readFileSync(file);
  const isDone = existsSync(`${file}.gz`) && statSync(`${file}.gz`).mtimeMs > statSync(file).mtimeMs;
  if (isDone || text.length < 512) return;
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }));
}
