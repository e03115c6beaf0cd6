import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageRoot } from '../../../src/platform/system/package-root.js';
import { freePort } from '../../support/servers/free-port.js';
import { type Program, run } from '../../support/servers/process.js';

const runFile = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'wardline-tutorial-'));
const dataDir = join(folder, 'var');
let port: number;
let program: Program;

/** The blocks of a page that are for a shell. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(packageRoot(), page), 'utf8');
  return [...text.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block = '']) => block);
}

/** Runs a block as it is printed, with a data directory, a port and a jar for cookies of the test's own. */
async function follow(block: string): Promise<string> {
  const own = block.replaceAll(/(?:\.\/)?\bvar\//g, `${dataDir}/`).replaceAll('8443', String(port));
  const script = own.replaceAll('/tmp/nurse', join(folder, 'nurse'));
  const env = { PATH: process.env['PATH'] ?? '', DATA_DIR: dataDir, PORT: String(port), HOME: folder };
  const { stdout } = await runFile('sh', ['-ec', script], { cwd: packageRoot(), env, timeout: 60_000 });
  return stdout;
}

beforeAll(async () => {
  port = await freePort();
  program = run('src/main.js', { DATA_DIR: dataDir, PORT: String(port) });
  await program.event('wardline.ready');
});
afterAll(async () => {
  program.child.kill('SIGTERM');
  await program.exited;
  const place = join(dataDir, 'postgres');
  if (existsSync(place)) rmSync(realpathSync(place), { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
});

it('the commands of the first tutorial do what it says', async () => {
  const [start, press, read] = commandsOf('docs/tutorial/first-call.md');
  expect(start).toContain('npm start');
  expect(await follow(press ?? '')).toContain('pending');
  const answers = (await follow(read ?? '')).trim();
  expect(answers).toContain('"csrf_token"');
  expect(answers).toContain('call.unattended');
  expect(answers).toContain('"seq":1');
});
